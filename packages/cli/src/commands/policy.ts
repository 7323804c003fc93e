import { basename } from 'node:path'
import {
  accessTable,
  accountPolicy,
  checkConfig,
  MAX_POLICY_CHARS,
  STRICT_SIGNATURE,
} from '@miniprogram-cos/server'
import { LocalizedCommand } from '../command'
import { bucketHost, loadConfig, sampleWarning } from '../config'
import { SafeOutput } from '../output'
import { configFile } from '../project'
import { t } from '../text'

export function policyCommand(): LocalizedCommand {
  return new LocalizedCommand('policy')
    .describe(
      'Prints who may do what by cos.config.ts, and the least-privilege policy of the account whose key the functions hold.',
      '打印 cos.config.ts 的权限表，以及云函数所用子账号的最小权限策略。',
    )
    .withOption('--json', 'prints the policy and nothing else', '只打印策略')
    .withOption(
      '--role <arn>',
      'for COS_STS_MODE=assume-role: the account may assume this role only',
      '用于 COS_STS_MODE=assume-role：子账号只能扮演该角色',
    )
    .withExitCodes('0 success, 2 wrong input.', '0 成功；2 输入有误。')
    .action(async ({ json, role }: { json?: boolean; role?: string }) => {
      const config = await loadConfig()
      const { rules, bucket, region } = checkConfig(config)
      const warning = sampleWarning(config)
      if (warning) new SafeOutput().error(warning)
      const document = accountPolicy(rules, { bucket, region }, role)
      const policy = JSON.stringify(document, null, 2)
      if (json) return console.log(policy)
      const { length } = JSON.stringify(document)
      const strict = `PUT https://${bucketHost(config)}/?strict-signature\n\n${STRICT_SIGNATURE}`
      console.log(
        t(
          `Who may do what (${basename(configFile())}, bucket ${bucket}, ${region})

${accessTable(rules, t)}

Policy for the sub-account whose key is in COS_STS_SECRET_ID: CAM console, policies, create by policy syntax.
${length} of CAM's ${MAX_POLICY_CHARS} characters. The account needs programmatic access only, and no other policy.

${policy}

Strict signatures of the bucket: ${strict}`,
          `访问权限（${basename(configFile())}，存储桶 ${bucket}，${region}）

${accessTable(rules, t)}

COS_STS_SECRET_ID 所属子账号的策略：CAM 控制台 → 策略 → 按策略语法创建。
共 ${length} 个字符（CAM 上限 ${MAX_POLICY_CHARS}）。该子账号只需编程访问，不要授予其他策略。

${policy}

存储桶的严格签名：${strict}`,
        ),
      )
    })
}
