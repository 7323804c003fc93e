import { deriveSignKey, signRequest } from '@miniprogram-cos/protocol'
import { serverTime } from '../clock'
import type { Key } from '../credentials/answers'
import { signatureHash } from '../hash/signatureHash'
import type { ResolvedOptions } from '../options'
import { headersToSign, type Prepared } from './prepare'

/** How long a signature by a fixed key is good for, in seconds. */
const SIGNATURE_SECONDS = 900

/** The period that is signed: a temporary key's own, else from a second ago. */
export function keyTimeOf({ StartTime, ExpiredTime }: Key, options: ResolvedOptions): string {
  const start = Math.round(serverTime(options)) - 1
  return StartTime && ExpiredTime
    ? `${StartTime};${ExpiredTime}`
    : `${start};${start + SIGNATURE_SECONDS}`
}

/** The Authorization of a request. */
export function signed(
  prepared: Prepared,
  options: ResolvedOptions,
  { SecretId, SecretKey }: Key,
  keyTime: string,
): string {
  return signRequest(
    { ...prepared, headers: headersToSign(prepared, options) },
    { SecretId, SecretKey, keyTime },
    signatureHash,
    signKeyOf(SecretKey, keyTime),
  ).authorization
}

let lastSecret: string | undefined
let lastSignKey = ''

/** A temporary key's SignKey is the same for all its requests: half of the work, done once. */
export function signKeyOf(secretKey: string, keyTime: string): string {
  const secret = keyTime + secretKey
  if (lastSecret !== secret) {
    lastSecret = secret
    lastSignKey = deriveSignKey(secretKey, keyTime, signatureHash)
  }
  return lastSignKey
}
