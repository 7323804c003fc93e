import { type Policy, PolicyError, parsePolicy } from '../cos/policy'
import type { KeyRing, TemporaryKey } from '../keys'

/** An error response of STS, which has HTTP status 200. */
export class StsError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** A call of STS, independent of how it is signed. */
export interface StsCall {
  action: string
  version: string
  SecretId: string
  token: string | undefined
  /** The action's parameters. */
  params: Record<string, unknown>
  /** @throws StsError */
  verify: (secretKey: string, now: number) => void
}

/** Limits of GetFederationToken (document 1312/48195). */
const DEFAULT_SECONDS = 1800
const MAX_SECONDS_ROOT = 7200
/** CAM's limit for a policy, in characters (document 598/10599); STS documents no other. */
const MAX_POLICY_LENGTH = 6144
/** Maximum length of a token in bytes (document 1312/48198). */
const MAX_TOKEN_LENGTH = 4096

/** Issues a temporary key for the given policy. @throws StsError */
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
  return issuedCredentials(keys.issue(name, policy, ExpiredTime))
}

/** @throws StsError `UnknownParameter` */
function refuseUnknown(params: Record<string, unknown>, known: string[]): void {
  const unknown = Object.keys(params).find((name) => !known.includes(name))
  if (unknown) {
    throw new StsError('UnknownParameter', `The parameter \`${unknown}\` is not recognized.`)
  }
}

/** The response of a call that issues a key. @throws StsError `InvalidParameter.PolicyTooLong` */
function issuedCredentials(key: TemporaryKey): object {
  if (key.Token.length > MAX_TOKEN_LENGTH) {
    throw new StsError('InvalidParameter.PolicyTooLong', 'The policy makes the token too long.')
  }
  return {
    Credentials: { Token: key.Token, TmpSecretId: key.SecretId, TmpSecretKey: key.SecretKey },
    ExpiredTime: key.ExpiredTime,
    Expiration: new Date(key.ExpiredTime * 1000).toISOString().replace(/\.\d+/, ''),
  }
}

/** @throws StsError */
function durationOf(
  value: unknown,
  limits: { fallback: number; max: number } = { fallback: DEFAULT_SECONDS, max: MAX_SECONDS_ROOT },
): number {
  if (value === undefined) return limits.fallback
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new StsError('InvalidParameter', 'The parameter `DurationSeconds` must be an integer.')
  }
  if (value <= 0 || value > limits.max) {
    throw new StsError(
      'InvalidParameter.OverTimeError',
      `DurationSeconds must be between 1 and ${limits.max}.`,
    )
  }
  return value
}

/** Reads `Name`. The document permits only letters, but Tencent's sample has a hyphen. */
function nameOf(value: unknown): string {
  if (value === undefined) throw missing('Name')
  if (typeof value !== 'string' || !/^[A-Za-z-]{1,128}$/.test(value)) {
    throw new StsError(
      'InvalidParameter.ParamError',
      'The parameter `Name` must consist of letters.',
    )
  }
  return value
}

/** Reads the policy, which is URL-encoded. @throws StsError */
function policyOf(value: unknown): Policy {
  if (value === undefined) throw missing('Policy')
  if (typeof value !== 'string') {
    throw new StsError('InvalidParameter', 'The parameter `Policy` must be a string.')
  }
  let text: string
  try {
    text = decodeURIComponent(value)
  } catch {
    throw new StsError('InvalidParameter.StrategyFormatError', 'The policy is not URL-encoded.')
  }
  if (text.length > MAX_POLICY_LENGTH) {
    throw new StsError('InvalidParameter.PolicyTooLong', 'The policy is too long.')
  }
  try {
    return parsePolicy(text)
  } catch (error) {
    if (error instanceof PolicyError) throw new StsError(error.code, error.message)
    throw error
  }
}

function missing(name: string): StsError {
  return new StsError(
    'MissingParameter',
    `The request is missing a required parameter \`${name}\`.`,
  )
}

/** The policies of roles, by ARN. */
export type Roles = Record<string, Policy>

const ASSUME_ROLE_PARAMS = [
  'RoleArn',
  'RoleSessionName',
  'DurationSeconds',
  'Policy',
  'ExternalId',
  'Tags',
  'SourceIdentity',
]
/** Seconds. */
const ASSUME_ROLE_DURATION = { fallback: 7200, max: 43200 }

/** Issues a key of a role, restricted by an optional policy (document 1312/48197). @throws StsError */
export function assumeRole(
  params: Record<string, unknown>,
  keys: KeyRing,
  roles: Roles,
  now: number,
): object {
  refuseUnknown(params, ASSUME_ROLE_PARAMS)
  const { RoleArn, RoleSessionName } = params
  if (RoleArn === undefined) throw missing('RoleArn')
  if (RoleSessionName === undefined) throw missing('RoleSessionName')
  if (typeof RoleArn !== 'string' || !/^qcs::cam::uin\/\d+:role(Name)?\/.+$/.test(RoleArn)) {
    throw new StsError('InvalidParameter.ParamError', 'The parameter `RoleArn` is not a role.')
  }
  if (typeof RoleSessionName !== 'string' || !/^[\w+=,.@-]{2,128}$/.test(RoleSessionName)) {
    throw new StsError(
      'InvalidParameter.ParamError',
      'The parameter `RoleSessionName` is not valid.',
    )
  }
  const role = Object.hasOwn(roles, RoleArn) ? roles[RoleArn] : undefined
  if (!role) throw new StsError('ResourceNotFound.RoleNotFound', 'The role does not exist.')
  const ExpiredTime = now + durationOf(params.DurationSeconds, ASSUME_ROLE_DURATION)
  const restriction = params.Policy === undefined ? undefined : policyOf(params.Policy)
  return issuedCredentials(
    restriction
      ? keys.issue(RoleSessionName, restriction, ExpiredTime, role)
      : keys.issue(RoleSessionName, role, ExpiredTime),
  )
}
