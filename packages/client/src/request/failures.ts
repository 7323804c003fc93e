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

// The handling of requests that COS has refused or that have not reached it. A client loads it with the first such
// request: see lazy/failures.ts.

/** Codes of 4xx responses that a retry can resolve. */
const PASSING = /^(RequestTimeout|SlowDown|ServiceUnavailable|InternalError)$/

/** The most likely error code of a response that has only a status, as for HEAD. */
const CODE_OF_STATUS: Record<number, string> = { 403: 'AccessDenied', 404: 'NoSuchKey' }

/** COS's error response as an error with the official fields. */
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
    // Retrying does not help if it is not implemented.
    retryable: (statusCode >= 500 && statusCode !== 501) || PASSING.test(code),
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
    // Neither XML nor JSON: the raw text is used.
  }
  return text || {}
}

/** UTF-8 bytes as text. Phones have no TextDecoder; error bodies may arrive as bytes. */
function decodeUtf8(buffer: ArrayBuffer): string {
  const hex = hexOf(Array.from(new Uint8Array(buffer)))
  try {
    return decodeURIComponent(hex.replace(/../g, '%$&'))
  } catch {
    return hex
  }
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
