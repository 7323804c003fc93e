import {
  type AnyOperation,
  asElement,
  type CosError,
  cosError,
  loadXml,
  type ServiceErrorBody,
} from '@miniprogram-cos/protocol'
import type { Credential } from '../credentials/provider'
import { hexOf } from '../hash'
import type { ResolvedOptions } from '../options'
import type { WxReply } from '../wx/transfer'
import { learnFromResponse } from './clock'
import { requestIdOf, type SentRequest } from './errors'
import type { ClientCore } from './execute'
import type { Prepared } from './prepare'

// Handling of requests that COS has refused or that have not reached it. Loaded with the first such request: see
// lazy/failures.ts.

/** Codes of 4xx responses that a retry can resolve. */
const RETRYABLE = /^(RequestTimeout|SlowDown|ServiceUnavailable|InternalError)$/

/** The most likely error codes of responses without a body, as to HEAD. */
const CODE_OF_STATUS: Record<number, string> = { 403: 'AccessDenied', 404: 'NoSuchKey' }

/** Turns an error response of COS into an error with the official fields. */
export const serviceError = (reply: WxReply, sent: SentRequest): CosError =>
  errorOfStatus(reply, sent, errorBody(reply.data))

/** @param error the parsed body */
export function errorOfStatus(
  { statusCode, headers }: WxReply,
  { url, method }: SentRequest,
  error: ServiceErrorBody | string,
): CosError {
  const { Code, Message }: ServiceErrorBody = typeof error === 'object' ? error : {}
  const code = Code || CODE_OF_STATUS[statusCode] || `Http${statusCode}`
  const message = `${code}: ${Message || `${method} was answered with ${statusCode}`}`
  return cosError('service', code, message, {
    error,
    statusCode,
    headers,
    url,
    method,
    RequestId: requestIdOf(headers),
    // 501: the operation is not implemented.
    retryable: (statusCode >= 500 && statusCode !== 501) || RETRYABLE.test(code),
  })
}

/** The parsed `<Error>`, a JSON body, the raw text, or `{}` when there is none. */
function errorBody(data: string | ArrayBuffer): ServiceErrorBody | string {
  const text = typeof data === 'string' ? data : decodeUtf8(data)
  try {
    if (text[0] === '<') {
      return asElement(loadXml().readXml(text).Error)
    }
    if (text[0] === '{') {
      const parsed: ServiceErrorBody = JSON.parse(text)
      return parsed
    }
  } catch {
    // Neither XML nor JSON.
  }
  return text || {}
}

/** Decodes UTF-8: mini programs have no TextDecoder, and error bodies may arrive as bytes. */
function decodeUtf8(buffer: ArrayBuffer): string {
  const hex = hexOf(Array.from(new Uint8Array(buffer)))
  try {
    return decodeURIComponent(hex.replace(/../g, '%$&'))
  } catch {
    return hex
  }
}

/** The problems that a call has recovered from, each at most once. */
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
  // A response to HEAD has no code, only a status.
  const isBareStatus = (status: number) => method === 'HEAD' && statusCode === status
  const isClockError =
    code === 'RequestTimeTooSkewed' ||
    (code === 'AccessDenied' && /Request has expired/.test(message))
  if (
    learnFromResponse(options, headers) &&
    !recovered.clock &&
    (isClockError || isBareStatus(403))
  ) {
    recovered.clock = true
    return true
  }
  if (recovered.key || 'Authorization' in used || credentials.isFixed()) return false
  // A provider may have issued the key for only the first entry of its scope.
  const isTooWide = Boolean(used.isScoped && used.isWide) && code === 'AccessDenied'
  recovered.key =
    isClockError ||
    isTooWide ||
    isBareStatus(400) ||
    code === 'ExpiredToken' ||
    code === 'InvalidAccessKeyId'
  if (recovered.key) credentials.drop(used, isTooWide)
  return recovered.key
}

/** Whether the request may be sent again and could succeed then. */
export function isRepeatable(
  { idempotent }: AnyOperation,
  { retryable, kind, statusCode }: CosError,
): boolean {
  // Credential requests have been retried already, once for all waiting requests. Without a response it is
  // unknown whether the operation took effect; SlowDown says that it did not.
  return retryable && kind !== 'credentials' && (idempotent || statusCode === 503)
}

/** A host of COS other than the accelerated one. */
const COS_HOST =
  /^(https?:..[^/]+\.cos\.(?!accelerate)[^/]+\.)(?:(myqcloud\.com)|tencentcos\.cn)(?=\/)/

/** The URL of the next attempt: at COS's other domain if COS did not answer (option AutoSwitchHost). */
export function switchHost(
  { AutoSwitchHost }: ResolvedOptions,
  { operation, url }: Prepared,
  { statusCode, RequestId, retryable }: CosError,
): string {
  // A response without a RequestId is not from COS.
  const isUnanswered = statusCode ? statusCode < 500 && !RequestId : retryable
  if (!AutoSwitchHost || !operation.idempotent || !isUnanswered) return url
  return url.replace(COS_HOST, (_, start: string, isFirst?: string) =>
    start.concat(isFirst ? 'tencentcos.cn' : 'myqcloud.com'),
  )
}
