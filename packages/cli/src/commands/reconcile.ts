import type { CloudDatabase } from '@miniprogram-cos/server'
import { apiError } from '../cloud/errors'
import { deployKey, functionKey, readSettings } from '../cloud/settings'
import { LocalizedCommand } from '../command'
import { SafeOutput } from '../output'
import { loadConfig } from '../project'
import { localizedError, t } from '../text'

interface ReconcileFlags {
  olderThan: string
  remove?: boolean
}

export function reconcileCommand(): LocalizedCommand {
  return new LocalizedCommand('reconcile')
    .describe(
      'Runs the hooks of cos.config.ts that never ran: onUpload for uploads that were not confirmed, onDelete for objects that are gone. Uses the keys in .env.',
      '补跑 cos.config.ts 中未运行的钩子：对未确认的上传运行 onUpload，对已不存在的对象运行 onDelete。使用 .env 中的密钥。',
    )
    .withOption(
      '--older-than <seconds>',
      'leaves younger objects to their clients',
      '较新的对象留给客户端确认',
      '3600',
    )
    .withOption(
      '--remove',
      'removes objects that were never confirmed, instead',
      '改为删除从未确认的对象',
    )
    .withExitCodes(
      '0 success, 1 a hook failed, 2 wrong input.',
      '0 成功；1 有钩子失败；2 输入有误。',
    )
    .action(async ({ olderThan, remove = false }: ReconcileFlags) => {
      const seconds = Number(olderThan)
      if (!Number.isInteger(seconds) || seconds < 0) {
        throw localizedError('--older-than must be a number of seconds', '--older-than 必须是秒数')
      }
      const settings = readSettings()
      const config = await loadConfig()
      const { SecretId, SecretKey } = functionKey(settings)
      const { reconcile } = await import('@miniprogram-cos/server')
      const result = await reconcile(
        config,
        { ...settings, COS_STS_SECRET_ID: SecretId, COS_STS_SECRET_KEY: SecretKey },
        await openDatabase(config.env, settings),
        { olderThan: seconds, remove },
      ).catch((error) => {
        const mapped = apiError(error, 'reconcile')
        throw mapped.code === 'CloudRefused' ? error : mapped
      })
      const output = new SafeOutput([SecretKey])
      const { objects, ran, removed, deleted, failed } = result
      output.line(
        t(
          `✓ ${objects} objects: onUpload ran for ${ran}, ${removed} removed; onDelete ran for ${deleted}`,
          `✓ 共 ${objects} 个对象：${ran} 个运行了 onUpload，删除 ${removed} 个；${deleted} 个运行了 onDelete`,
        ),
      )
      for (const { key, reason } of failed) output.line(`✗ ${key}: ${reason}`)
      if (failed.length > 0) process.exitCode = 1
    })
}

/** Connects to the CloudBase database with the developer's key, for records and for hooks that use wx-server-sdk. */
async function openDatabase(
  env: string,
  settings: Record<string, string | undefined>,
): Promise<() => CloudDatabase> {
  const { SecretId, SecretKey, token } = deployKey(settings)
  // The variables in which wx-server-sdk expects a key outside of a cloud function.
  process.env.TENCENTCLOUD_SECRETID ??= SecretId
  process.env.TENCENTCLOUD_SECRETKEY ??= SecretKey
  if (token) process.env.TENCENTCLOUD_SESSIONTOKEN ??= token
  const { default: cloud } = await import('wx-server-sdk')
  cloud.init({ env })
  return () => cloud.database()
}
