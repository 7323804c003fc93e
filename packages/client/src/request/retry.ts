import type { AnyOperation, CosError } from '@miniprogram-cos/protocol'
import type { ClientCore } from '../core'
import type { Credential } from '../credentials/provider'
import type { ResolvedOptions } from '../options'
import type { Prepared } from './prepare'

/** A smaller difference between the clocks does no harm. */
const SKEW_SECONDS = 30

/** Server time as far as known, in seconds. */
export const serverTime = ({ SystemClockOffset }: ResolvedOptions): number =>
  (Date.now() + SystemClockOffset) / 1000

/** A key cannot begin in the future: if it seems to, this clock is behind by at least as much. */
export function learnFromStart(options: ResolvedOptions, startTime = 0): void {
  const behind = startTime - serverTime(options)
  if (options.CorrectClockSkew && behind > SKEW_SECONDS) {
    options.SystemClockOffset += Math.round(behind * 1000)
  }
}

/** Takes the server's time from its Date header. @returns whether the clocks differed enough to matter */
export function learnFromResponse(
  options: ResolvedOptions,
  { age, date = '' }: Record<string, string> = {},
): boolean {
  const server = Date.parse(date)
  // A response from a cache has the time when it was made. No date, no difference.
  const isOff = Math.abs(server / 1000 - serverTime(options)) >= SKEW_SECONDS
  if (!options.CorrectClockSkew || age !== undefined || !isOff) return false
  options.SystemClockOffset = server - Date.now()
  return true
}

/** The problems that a call has recovered from. Each recovery is tried once. */
interface Recovered {
  clock: boolean
  key: boolean
}

/** Recovers from clock skew or a rejected credential. @returns whether the request may succeed now */
export function recover(
  { options, credentials }: ClientCore,
  { statusCode, code, message, method, headers }: CosError,
  used: Credential,
  recovered: Recovered,
): boolean {
  // HEAD has no body, so its status must do.
  const isSilent = (status: number) => method === 'HEAD' && statusCode === status
  const isTime =
    code === 'RequestTimeTooSkewed' ||
    (code === 'AccessDenied' && /Request has expired/.test(message))
  if (learnFromResponse(options, headers) && !recovered.clock && (isTime || isSilent(403))) {
    recovered.clock = true
    return true
  }
  if (recovered.key || 'Authorization' in used || !(options.getAuthorization || options.getSTS)) {
    return false
  }
  // A provider may have answered for the first of several scopes only.
  const isTooWide = Boolean(used.isScoped && used.isWide) && code === 'AccessDenied'
  recovered.key =
    isTime || isTooWide || isSilent(400) || code === 'ExpiredToken' || code === 'InvalidAccessKeyId'
  if (recovered.key) credentials.drop(used, isTooWide)
  return recovered.key
}

/** Whether the same request may be sent again, and could then succeed. */
export function isRepeatable(
  { idempotent }: AnyOperation,
  { retryable, kind, statusCode }: CosError,
): boolean {
  // Credential requests have been retried already, once for all waiting requests. Without a response it is
  // unknown whether the operation took effect; SlowDown says that it did not.
  return retryable && kind !== 'credentials' && (idempotent || statusCode === 503)
}

/** A host of COS, but for the accelerated one. */
const COS_HOST =
  /^(https?:..[^/]+\.cos\.(?!accelerate)[^/]+\.)(?:(myqcloud\.com)|tencentcos\.cn)(?=\/)/

/** The URL of the next attempt: COS's other domain if COS did not answer (option AutoSwitchHost). */
export function switchHost(
  { AutoSwitchHost }: ResolvedOptions,
  { operation, url }: Prepared,
  { statusCode, RequestId, retryable }: CosError,
): string {
  // A response without a RequestId is not from COS.
  const isLost = statusCode ? statusCode < 500 && !RequestId : retryable
  if (!AutoSwitchHost || !operation.idempotent || !isLost) return url
  return url.replace(COS_HOST, (_, start: string, isFirst?: string) =>
    start.concat(isFirst ? 'tencentcos.cn' : 'myqcloud.com'),
  )
}
