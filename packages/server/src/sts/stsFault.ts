import type { RefusalCode } from '@miniprogram-cos/protocol'
import { FunctionFault } from '../functionFault'

/** What STS's error codes (document 1312/48198) mean for whoever deployed the function. */
const MEANINGS: [pattern: RegExp, code: RefusalCode, what: string, retryable?: true][] = [
  [
    /^FailedOperation\.TempKeyNotAllowed/,
    'KitMisconfigured',
    'GetFederationToken takes no temporary key: use the key of a sub-account, or COS_STS_MODE=assume-role',
  ],
  [
    /^AuthFailure\.SignatureExpire/,
    'KitStsFailed',
    'the clock of this function is off by more than five minutes',
  ],
  [
    /^AuthFailure/,
    'KitMisconfigured',
    'the key in COS_STS_SECRET_ID and COS_STS_SECRET_KEY is wrong, or has been disabled',
  ],
  [
    /^UnauthorizedOperation/,
    'KitMisconfigured',
    'the key in COS_STS_SECRET_ID may not call STS: see the policy that `npm run policy` prints',
  ],
  [/^ResourceNotFound\.Role/, 'KitMisconfigured', 'the role in COS_STS_ROLE_ARN does not exist'],
  [
    /^InvalidParameter\.(PolicyTooLong|ExtendStrategyOverSize)/,
    'KitPolicyTooLong',
    'the policy is too long: ask for less at a time',
  ],
  [
    /^InvalidParameter\.OverTimeError/,
    'KitMisconfigured',
    'STS gives this key no temporary keys of that length: lower keySeconds',
  ],
  [/^RequestLimitExceeded/, 'KitStsFailed', 'STS is asked too often', true],
  [/^InternalError/, 'KitStsFailed', 'STS has an internal error', true],
  // Node's codes of a socket, and the SDK's own for an answer that never came.
  [/^(E[A-Z_]+|no answer)$/, 'KitStsFailed', 'STS cannot be reached', true],
]

/** Whatever the SDK threw, as a refusal: STS's code and request id, never its message or a secret. */
export function stsFault(error: unknown): FunctionFault {
  if (error instanceof FunctionFault) return error
  const { code, requestId } = (error ?? {}) as { code?: unknown; requestId?: unknown }
  const stsCode = typeof code === 'string' && /^[\w.]+$/.test(code) ? code : 'no answer'
  const [, own = 'KitStsFailed', what = 'STS refused', retryable = false] =
    MEANINGS.find(([pattern]) => pattern.test(stsCode)) ?? []
  const id = typeof requestId === 'string' && /^[\w-]+$/.test(requestId) ? requestId : undefined
  return new FunctionFault(own, `${what} (${stsCode}${id ? `, RequestId ${id}` : ''})`, {
    retryable,
    ...(id ? { stsRequestId: id } : {}),
  })
}
