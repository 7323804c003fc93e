import { type CosConfig, checkConfig, grantsForKeys, grantsOf } from '@miniprogram-cos/server'
import { t } from '../text'

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
  const byKey = grantsForKeys(writes)
  const paths = writes.filter((grant) => !byKey.includes(grant)).map(({ rule }) => rule.pattern)
  return [...new Set(paths)]
}

/** Explains which client such paths require; nothing if there are none. */
export function signatureNotes(config: CosConfig): string[] {
  return signaturePaths(config).map((path) =>
    t(
      `! access["${path}"]: uploads need COS.cloud({ mode: 'signature' }) in the app`,
      `! access["${path}"]：小程序须用 COS.cloud({ mode: 'signature' }) 上传`,
    ),
  )
}
