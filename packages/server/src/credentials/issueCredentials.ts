import { grantsOf, homeOf } from '../access/grants'
import type { CheckedConfig } from '../config/checkConfig'
import { FunctionFault, type Refusal } from '../functionFault'
import { type Caller, readCaller, type WXContext } from '../identity/readCaller'
import { compilePolicy } from '../policy/compilePolicy'
import { compileScope } from '../policy/scopePolicy'
import { auditName } from '../sts/auditName'
import { fetchTemporaryKey, type StsAccess } from '../sts/fetchTemporaryKey'

/** What the function answers: the official samples' shape, plus where the key is good for. */
export interface IssuedCredentials {
  credentials: { tmpSecretId: string; tmpSecretKey: string; sessionToken: string }
  /** Unix seconds, by STS's clock. */
  startTime: number
  expiredTime: number
  requestId: string
  bucket: string
  region: string
  /** The caller's own folder, with its last slash. */
  prefix: string
  /** Set when the key permits only the scope that was asked for. */
  scopeLimit?: true
}

export interface Invocation {
  event: unknown
  context: unknown
  wxContext: WXContext
}

/**
 * The function cos-credentials: who calls, what the rules grant them, a key that permits just that.
 * Refusals come back as `{ error }`; what is our own fault is logged and comes back without details.
 */
export async function issueCredentials(
  invocation: Invocation,
  config: CheckedConfig,
  environment: Record<string, string | undefined>,
): Promise<IssuedCredentials | Refusal> {
  try {
    const caller = readCaller(invocation.event, invocation.context, invocation.wxContext)
    return await issue(caller, invocation.event, config, environment)
  } catch (error) {
    if (error instanceof FunctionFault) {
      const { code, message, retryable } = error
      return { error: { code, message, retryable } }
    }
    console.error(`cos-credentials failed: ${(error as Error)?.name ?? 'unknown'}`)
    return { error: { code: 'KitInternal', message: 'the function failed', retryable: true } }
  }
}

async function issue(
  caller: Caller,
  event: unknown,
  config: CheckedConfig,
  environment: Record<string, string | undefined>,
): Promise<IssuedCredentials> {
  const { bucket, region, rules, keySeconds } = config
  const grants = grantsOf(rules, caller.openid)
  const scope = (event as { scope?: unknown } | null | undefined)?.scope
  const policy =
    scope === undefined || scope === null
      ? compilePolicy(grants, config)
      : compileScope(scope, grants, config)
  const access = stsAccess(region, environment)
  const key = await fetchTemporaryKey(access, auditName(caller.openid), policy, keySeconds)
  const { tmpSecretId, tmpSecretKey, sessionToken, startTime, expiredTime, requestId } = key
  return {
    credentials: { tmpSecretId, tmpSecretKey, sessionToken },
    startTime,
    expiredTime,
    requestId,
    bucket,
    region,
    prefix: homeOf(rules, caller.openid),
    ...(scope === undefined || scope === null ? {} : { scopeLimit: true as const }),
  }
}

function stsAccess(region: string, environment: Record<string, string | undefined>): StsAccess {
  const { COS_STS_SECRET_ID: SecretId, COS_STS_SECRET_KEY: SecretKey } = environment
  if (!SecretId || !SecretKey) {
    throw new FunctionFault(
      'KitMisconfigured',
      'the environment variables COS_STS_SECRET_ID and COS_STS_SECRET_KEY of this function are not set',
    )
  }
  const localEndpoint = environment.COS_STS_ENDPOINT
  return { SecretId, SecretKey, region, ...(localEndpoint ? { localEndpoint } : {}) }
}
