import {
  asElement,
  type CosError,
  cosError,
  readXml,
  type ServiceErrorBody,
} from '@miniprogram-cos/protocol'
import { type Credential, isSignature } from '../credentials/provider'
import { hexOf } from '../hash'
import { pick } from '../options'
import type { WxResponse } from '../wx/transfer'
import type { WxFailure } from '../wx/wx'
import type { UnsignedRequest } from './buildRequest'
import { correctClockByResponse } from './clock'
import { asCosError, isNotFromCos, requestIdOf, type SentRequest } from './errors'
import type { ClientCore } from './execute'
import type { RetryDecision } from './retry'

// Handling of requests that COS has refused or that have not reached it. On phones part of later.js, which is loaded with
// the first such request: see scripts/build/client.ts.

/**
 * The code of a failure of any `wx` function that a retry cannot resolve: WeChat blocks the function until the user has
 * agreed to the privacy guidelines (errno 112: the guidelines do not declare it), or the platform lacks the function. The
 * beginnings of the messages are matched, because the rest may contain a path.
 */
export const platformCode = ({ errMsg = '', errno }: WxFailure): string | undefined =>
  errno === 112 || /:fail[\w ]*privacy/i.test(errMsg)
    ? 'KitPrivacyRefused'
    : /:fail[\w ,]*(not |un)(support|impl)/i.test(errMsg)
      ? 'KitUnsupported'
      : undefined

/** Turns a failure that WeChat reports into a CosError, which is retryable or not. */
export function networkError(cause: WxFailure, sent: SentRequest): CosError {
  const { errMsg, errno } = cause
  // Not a network error: `wx` is missing, or it has thrown.
  if (!errMsg) return asCosError(cause)
  const details = { headers: {}, ...sent, cause }
  if (/url not in domain list/i.test(errMsg) || errno === 600002) {
    const [origin] = /^https?:\/\/[^/]+/.exec(sent.url) || []
    const message = `${errMsg}: add ${origin} to the mini program's server domains`
    return cosError('network', 'KitDomainNotAllowed', message, { ...details, error: errMsg })
  }
  // Exactly this text: some platforms report a broken connection as `fail aborted`.
  if (/fail abort$/i.test(errMsg)) return cosError('abort', 'KitAborted', errMsg, details)
  // Not retryable.
  const refusal = platformCode(cause)
  if (refusal) return cosError('argument', refusal, errMsg, details)
  const code = /timeout/i.test(errMsg) ? 'KitTimeout' : 'KitNetwork'
  return cosError('network', code, errMsg, { ...details, retryable: true })
}

/** The error of a response that does not come from COS. Retryable: another network may reach COS. */
export function notCosError(
  { statusCode, headers }: Pick<WxResponse, 'statusCode' | 'headers'>,
  { url, method }: SentRequest,
) {
  const message = `the response is not from COS: ${method} ${url.split('?')[0]} has no x-cos-request-id`
  const details = { statusCode, headers, url, method, retryable: true }
  return cosError('network', 'KitNotCos', message, details)
}

/** Codes of 4xx responses that a retry can resolve. */
const RETRYABLE = /^(RequestTimeout|SlowDown|ServiceUnavailable|InternalError)$/

/** The most likely error codes of responses without a body, as to HEAD. */
const CODE_OF_STATUS: Record<number, string> = { 403: 'AccessDenied', 404: 'NoSuchKey' }

/** Turns an error response of COS into an error with the official fields. */
export const serviceError = (response: WxResponse, sent: SentRequest): CosError =>
  errorOfStatus(response, sent, errorBody(response.data))

/** @param error the parsed body */
export function errorOfStatus(
  { statusCode, headers }: WxResponse,
  { url, method }: SentRequest,
  error: ServiceErrorBody | string,
): CosError {
  const { Code, Message }: ServiceErrorBody = typeof error === 'object' ? error : {}
  const code = Code || CODE_OF_STATUS[statusCode] || `Http${statusCode}`
  const message = `${code}: ${Message || `${method} failed with HTTP ${statusCode}`}`
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
      return asElement(readXml(text).Error)
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

/** A request that is being sent, perhaps repeatedly. */
export interface Sending {
  core: ClientCore
  _request: UnsignedRequest
  /** The credential of the last attempt; undefined if there was none. */
  _credential?: Credential | undefined
  /** The problems that the request has recovered from, each at most once. */
  _recovered: { clock?: boolean; key?: boolean }
  /** The URL of the next attempt, if it differs. */
  _otherUrl?: string | undefined
}

/** Decides whether and when a failed request is sent again. */
export function decideRetry(sending: Sending, failure: CosError): RetryDecision {
  const { retryable, kind, statusCode } = failure
  if (kind === 'service' && recover(sending, failure)) return 'now'
  sending._otherUrl = urlOfOtherHost(sending, failure)
  if (sending._otherUrl) return 'later'
  // Credential requests have been retried already, once for all waiting requests.
  if (!retryable || kind === 'credentials') return 'fail'
  // Without a response it is unknown whether the operation took effect; SlowDown says that it did not.
  return sending._request.operation._idempotent || statusCode === 503 ? 'later' : 'fail'
}

/** The result of a failure that the official client reports as a success, if the response comes from COS. */
export function mapFailure(
  { operation, params }: UnsignedRequest,
  { statusCode = 0, code, headers = {}, RequestId }: CosError,
): object | undefined {
  const failure = { statusCode, code, headers, ...pick({ RequestId }) }
  return operation._mapFailure && !isNotFromCos({ headers })
    ? operation._mapFailure(failure, params)
    : undefined
}

/** Recovers from clock skew or a rejected credential. @returns whether the request may succeed now */
function recover(
  {
    core: { options, _credentials: credentials },
    _credential: used,
    _recovered: recovered,
  }: Sending,
  { statusCode, code, message, method, headers }: CosError,
): boolean {
  if (!used) return false
  // A response to HEAD has no code, only a status.
  const isBareStatus = (status: number) => method === 'HEAD' && statusCode === status
  const isClockError =
    code === 'RequestTimeTooSkewed' ||
    (code === 'AccessDenied' && /Request has expired/.test(message))
  if (
    correctClockByResponse(options, headers) &&
    !recovered.clock &&
    (isClockError || isBareStatus(403))
  ) {
    recovered.clock = true
    return true
  }
  if (recovered.key || isSignature(used) || credentials._isFixed()) return false
  // A provider may have issued the key for only the first entry of its scope.
  const isTooWide = Boolean(used._isScoped && used._isWide) && code === 'AccessDenied'
  recovered.key =
    isClockError ||
    isTooWide ||
    isBareStatus(400) ||
    code === 'ExpiredToken' ||
    code === 'InvalidAccessKeyId'
  if (recovered.key) credentials._drop(used, isTooWide)
  return recovered.key
}

/** A host of COS other than the accelerated one. */
const COS_HOST =
  /^(https?:..[^/]+\.cos\.(?!accelerate)[^/]+\.)(?:(myqcloud\.com)|tencentcos\.cn)(?=\/)/

/** The URL at COS's other domain if COS did not answer (option AutoSwitchHost). */
function urlOfOtherHost(
  { core: { options }, _request: { operation, url }, _credential: credential }: Sending,
  { statusCode, RequestId, retryable }: CosError,
): string | undefined {
  // A response without a RequestId is not from COS.
  const isUnanswered = statusCode ? statusCode < 500 && !RequestId : retryable
  // A signature that the app or a function has made is for the first host.
  const canSwitch = options.AutoSwitchHost && credential && !isSignature(credential)
  const [, start, isFirst] =
    (canSwitch && operation._idempotent && isUnanswered && COS_HOST.exec(url)) || []
  return start && url.replace(COS_HOST, start + (isFirst ? 'tencentcos.cn' : 'myqcloud.com'))
}
