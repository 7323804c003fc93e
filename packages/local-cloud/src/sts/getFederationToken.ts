import { PolicyFault, parsePolicy } from '../cos/policy/parsePolicy'
import type { Policy } from '../cos/policy/policy'
import type { KeyRing, TemporaryKey } from '../keys/keyRing'
import { StsFault } from './fault'

/** Limits of GetFederationToken (document 1312/48195). */
const DEFAULT_SECONDS = 1800
const MAX_SECONDS_ROOT = 7200
/** CAM's limit for a policy, in characters (document 598/10599); STS publishes none of its own. */
const MAX_POLICY_LENGTH = 6144
/** In bytes (document 1312/48198). */
const MAX_TOKEN_LENGTH = 4096

/** Issues a temporary key for the given policy. @throws StsFault */
export function getFederationToken(
  params: Record<string, unknown>,
  keys: KeyRing,
  now: number,
): object {
  refuseUnknown(params, ['Name', 'Policy', 'DurationSeconds'])
  const seconds = durationOf(params.DurationSeconds)
  const name = nameOf(params.Name)
  const policy = policyOf(params.Policy)
  const ExpiredTime = now + seconds
  return issuedAnswer(keys.issue(name, policy, ExpiredTime))
}

/** @throws StsFault `UnknownParameter` */
export function refuseUnknown(params: Record<string, unknown>, known: string[]): void {
  const unknown = Object.keys(params).find((name) => !known.includes(name))
  if (unknown) {
    throw new StsFault('UnknownParameter', `The parameter \`${unknown}\` is not recognized.`)
  }
}

/** A temporary key as STS answers it. @throws StsFault `InvalidParameter.PolicyTooLong` */
export function issuedAnswer(key: TemporaryKey): object {
  if (key.Token.length > MAX_TOKEN_LENGTH) {
    throw new StsFault('InvalidParameter.PolicyTooLong', 'The policy makes the token too long.')
  }
  return {
    Credentials: { Token: key.Token, TmpSecretId: key.SecretId, TmpSecretKey: key.SecretKey },
    ExpiredTime: key.ExpiredTime,
    Expiration: new Date(key.ExpiredTime * 1000).toISOString().replace(/\.\d+/, ''),
  }
}

/** @throws StsFault */
export function durationOf(
  value: unknown,
  limits: { fallback: number; max: number } = { fallback: DEFAULT_SECONDS, max: MAX_SECONDS_ROOT },
): number {
  if (value === undefined) return limits.fallback
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new StsFault('InvalidParameter', 'The parameter `DurationSeconds` must be an integer.')
  }
  if (value <= 0 || value > limits.max) {
    throw new StsFault(
      'InvalidParameter.OverTimeError',
      `DurationSeconds must be between 1 and ${limits.max}.`,
    )
  }
  return value
}

/** "Composed of letters"; the hyphen is what Tencent's own sample sends. */
function nameOf(value: unknown): string {
  if (value === undefined) throw missing('Name')
  if (typeof value !== 'string' || !/^[A-Za-z-]{1,128}$/.test(value)) {
    throw new StsFault(
      'InvalidParameter.ParamError',
      'The parameter `Name` must consist of letters.',
    )
  }
  return value
}

/** The policy comes URL-encoded once. */
export function policyOf(value: unknown): Policy {
  if (value === undefined) throw missing('Policy')
  if (typeof value !== 'string') {
    throw new StsFault('InvalidParameter', 'The parameter `Policy` must be a string.')
  }
  let text: string
  try {
    text = decodeURIComponent(value)
  } catch {
    throw new StsFault('InvalidParameter.StrategyFormatError', 'The policy is not URL-encoded.')
  }
  if (text.length > MAX_POLICY_LENGTH) {
    throw new StsFault('InvalidParameter.PolicyTooLong', 'The policy is too long.')
  }
  try {
    return parsePolicy(text)
  } catch (error) {
    if (error instanceof PolicyFault) throw new StsFault(error.code, error.message)
    throw error
  }
}

export function missing(name: string): StsFault {
  return new StsFault(
    'MissingParameter',
    `The request is missing a required parameter \`${name}\`.`,
  )
}
