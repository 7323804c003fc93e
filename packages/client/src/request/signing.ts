import { deriveSignKey, signRequest } from '@miniprogram-cos/protocol'
import type { Key, ReadySignature } from '../credentials/answers'
import { signatureHash } from '../hash/signatureHash'
import type { ClientCore } from './perform'
import { headersToSign, type Prepared } from './prepare'

/** How long a signature by a fixed key is good for, in seconds. */
const SIGNATURE_SECONDS = 900

/** The period that is signed: a temporary key's own, else from a second ago. */
function keyTimeOf(key: Key, now: number): string {
  if (key.StartTime && key.ExpiredTime) return `${key.StartTime};${key.ExpiredTime}`
  const start = Math.round(now) - 1
  return `${start};${start + SIGNATURE_SECONDS}`
}

/**
 * The period of a URL: it ends `seconds` from now, or with its key. It begins with the key, so that it
 * is good at once even if this clock is ahead.
 */
export function urlTimeOf(key: Key, now: number, seconds: number): string {
  const from = Math.round(now) - 1
  const start = Math.min(key.StartTime ?? from, from)
  const end = Math.min(from + seconds, key.ExpiredTime ?? Number.POSITIVE_INFINITY)
  return `${start};${Math.max(end, start + 1)}`
}

/** What the request must carry to be accepted. */
export function authorizationOf(
  { credentials, options }: ClientCore,
  prepared: Prepared,
  credential: Key | ReadySignature,
): { Authorization: string; headers: Record<string, string>; SecurityToken?: string } {
  if (credential.kind === 'signature') return credential
  const keyTime = keyTimeOf(credential, credentials.now())
  const { SecurityToken, headers = {} } = credential
  const { authorization } = signRequest(
    {
      method: prepared.row.method,
      pathname: prepared.pathname,
      query: prepared.query,
      headers: headersToSign(prepared, options),
    },
    { SecretId: credential.SecretId, SecretKey: credential.SecretKey, keyTime },
    signatureHash,
    signKeyOf(credential.SecretKey, keyTime),
  )
  return {
    Authorization: authorization,
    headers,
    ...(SecurityToken ? { SecurityToken } : {}),
  }
}

let lastSignKey: { secretKey: string; keyTime: string; signKey: string } | undefined

/** A temporary key's SignKey is the same for all its requests: half of the work, done once. */
export function signKeyOf(secretKey: string, keyTime: string): string {
  if (lastSignKey?.secretKey !== secretKey || lastSignKey.keyTime !== keyTime) {
    const signKey = deriveSignKey(secretKey, keyTime, signatureHash)
    lastSignKey = { secretKey, keyTime, signKey }
  }
  return lastSignKey.signKey
}
