import type { KeyFunctionResponse, Refusal } from '@miniprogram-cos/protocol'
import { answerCall, type Call, type Invocation } from '../calls/answerCall'
import { type CheckedConfig, checkConfig } from '../config/checkConfig'
import type { CosConfig } from '../config/config'
import { KeySource } from '../sts/keySource'
import type { Environment } from '../sts/stsAccess'
import { requestedPolicy } from './requestedPolicy'

/** A key handed out again must be good for this many seconds more. */
const MIN_REMAINING = 300

/**
 * The function cos-credentials: who calls, what the rules grant them, a key that permits just that. Made
 * once per warm instance, which keeps keys and allowances.
 * @throws Error for a configuration that is wrong
 */
export function credentialsFunction(
  config: CosConfig,
  environment: Environment,
): (invocation: Invocation) => Promise<KeyFunctionResponse | Refusal> {
  const checked = checkConfig(config)
  const keys = new KeySource(checked, environment)
  return (invocation) =>
    answerCall('cos-credentials', invocation, checked, (call) =>
      issueCredentials(call, checked, keys, environment),
    )
}

async function issueCredentials(
  call: Call,
  config: CheckedConfig,
  keys: KeySource,
  environment: Environment,
): Promise<KeyFunctionResponse> {
  const { what, policy, isScoped, key: name } = requestedPolicy(call, config, environment)
  call.line.what = what
  const { key, isCached } = await keys.keyFor(call.openid, policy, MIN_REMAINING)
  call.line.cached = isCached
  call.line.stsRequestId = key.requestId
  const { tmpSecretId, tmpSecretKey, sessionToken, startTime, expiredTime, requestId } = key
  return {
    credentials: { tmpSecretId, tmpSecretKey, sessionToken },
    startTime,
    expiredTime,
    requestId,
    bucket: config.bucket,
    region: config.region,
    prefix: call.home,
    ...(isScoped ? { scopeLimit: true as const } : {}),
    ...(name === undefined ? {} : { key: name }),
  }
}
