import { parseArgs } from 'node:util'
import {
  accessTable,
  accountPolicy,
  checkConfig,
  MAX_POLICY_CHARS,
  STRICT_SIGNATURE,
} from '@miniprogram-cos/server'
import { config } from '../cos.config'

const USAGE = `npm run -s policy -- [--json] [--role <arn>]
  Who may do what by cos.config.ts, and the least-privilege policy of the account that the functions use.
  --json   the policy alone
  --role   for COS_STS_MODE=assume-role: the account asks STS for this role only`

function main(): void {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, role: { type: 'string' }, help: { type: 'boolean' } },
  })
  if (values.help) {
    console.log(USAGE)
    return
  }
  const { rules, bucket, region } = checkConfig(config)
  const policy = JSON.stringify(accountPolicy(rules, { bucket, region }, values.role), null, 2)
  if (values.json) {
    console.log(policy)
    return
  }
  const length = JSON.stringify(JSON.parse(policy)).length
  console.log(`Who may do what (cos.config.ts, bucket ${bucket}, ${region})

${accessTable(rules)}

Policy for the sub-account whose key is in COS_STS_SECRET_ID: CAM console, policies, create by syntax.
${length} of CAM's ${MAX_POLICY_CHARS} characters. The account needs programmatic access only, and no other policy.

${policy}

Strict signature of the bucket: PUT https://${bucket}.cos.${region}.myqcloud.com/?strict-signature

${STRICT_SIGNATURE}`)
}

try {
  main()
} catch (error) {
  console.error(`policy: ${(error as Error).message}`)
  process.exitCode = 2
}
