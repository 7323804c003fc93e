import { type CosConfig, checkConfig, grantsForFolderKey, grantsOf } from '@miniprogram-cos/server'
import { t } from './text'

/** Stands for any user. */
const USER = { openid: 'user', groups: [] }

/**
 * Paths to which their owners may not upload with a folder key: with a quota, `beforeUpload` or `overwrite: false` the
 * function must permit each upload.
 */
export function signaturePaths(config: CosConfig): string[] {
  const writes = grantsOf(checkConfig(config).rules, USER).filter(
    ({ verb, rule }) => verb === 'write' && rule.names !== 'server',
  )
  const byKey = grantsForFolderKey(writes)
  const paths = writes.filter((grant) => !byKey.includes(grant)).map(({ rule }) => rule.pattern)
  return [...new Set(paths)]
}

/** Whether a rule limits the size of uploads, so that its paths accept no uploads in parts. */
export function limitsSize(config: CosConfig): boolean {
  return checkConfig(config).rules.some(({ maxBytes }) => maxBytes !== undefined)
}

/** Explains which client such paths require; nothing if there are none. */
export function signatureHints(config: CosConfig): string[] {
  const size = limitsSize(config)
    ? t(
        ', and SliceSize set to the size of the largest file',
        '，并把 SliceSize 设为最大文件的大小',
      )
    : ''
  return signaturePaths(config).map((path) =>
    t(
      `! access["${path}"]: uploads need COS.cloud({ mode: 'signature' }) in the app${size}`,
      `! access["${path}"]：小程序须用 COS.cloud({ mode: 'signature' }) 上传${size}`,
    ),
  )
}
