import type { Policy } from '../cos/policy/policy'
import type { KeyRing } from '../keys/keyRing'
import { StsFault } from './fault'
import { durationOf, issuedAnswer, missing, policyOf, refuseUnknown } from './getFederationToken'

/** Roles that exist, by their ARN, and what each may do. */
export type Roles = Record<string, Policy>

const KNOWN = [
  'RoleArn',
  'RoleSessionName',
  'DurationSeconds',
  'Policy',
  'ExternalId',
  'Tags',
  'SourceIdentity',
]
const LIMITS = { fallback: 7200, max: 43200 }

/** Issues a key of a role, narrowed by a policy if one is given (document 1312/48197). @throws StsFault */
export function assumeRole(
  params: Record<string, unknown>,
  keys: KeyRing,
  roles: Roles,
  now: number,
): object {
  refuseUnknown(params, KNOWN)
  const { RoleArn, RoleSessionName } = params
  if (RoleArn === undefined) throw missing('RoleArn')
  if (RoleSessionName === undefined) throw missing('RoleSessionName')
  if (typeof RoleArn !== 'string' || !/^qcs::cam::uin\/\d+:role(Name)?\/.+$/.test(RoleArn)) {
    throw new StsFault('InvalidParameter.ParamError', 'The parameter `RoleArn` is not a role.')
  }
  if (typeof RoleSessionName !== 'string' || !/^[\w+=,.@-]{2,128}$/.test(RoleSessionName)) {
    throw new StsFault(
      'InvalidParameter.ParamError',
      'The parameter `RoleSessionName` is not valid.',
    )
  }
  const role = Object.hasOwn(roles, RoleArn) ? roles[RoleArn] : undefined
  if (!role) throw new StsFault('ResourceNotFound.RoleNotFound', 'The role does not exist.')
  const ExpiredTime = now + durationOf(params.DurationSeconds, LIMITS)
  const narrowed = params.Policy === undefined ? undefined : policyOf(params.Policy)
  return issuedAnswer(
    narrowed
      ? keys.issue(RoleSessionName, narrowed, ExpiredTime, role)
      : keys.issue(RoleSessionName, role, ExpiredTime),
  )
}
