import { deriveSignKey, signRequest } from '@miniprogram-cos/protocol'
import type { Key, ReadySignature } from '../credentials/answers'
import { signatureHash } from '../hash/signatureHash'
import type { ClientCore } from './perform'
import { headersToSign, type Prepared } from './prepare'

/** How long a signature by a fixed key is good for, in seconds. */
const SIGNATURE_SECONDS = 900

/** The period that is signed: a temporary key's own, else from a second ago. */
export function keyTimeOf(key: Key, now: number, seconds = SIGNATURE_SECONDS): string {
  if (key.StartTime && key.ExpiredTime) return `${key.StartTime};${key.ExpiredTime}`
  const start = Math.round(now) - 1
  return `${start};${start + seconds}`
}

/** What the request must carry to be accepted. */
export function authorizationOf(
  { credentials, options }: ClientCore,
  prepared: Prepared,
  credential: Key | ReadySignature,
): { Authorization: string; headers: Record<string, string>; SecurityToken?: string } {
  if (credential.kind === 'signature') return credential
  const keyTime = keyTimeOf(credential, credentials.now())
  const { SecurityToken } = credential
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
    headers: {},
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
