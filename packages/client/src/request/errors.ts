import { type CosError, cosError, isCosError } from '@miniprogram-cos/protocol'
import type { WxReply } from '../wx/transfer'
import { errorMessage, type WxFailure } from '../wx/wx'

/** The request that an error is about. */
export interface SentRequest {
  url: string
  method: string
}

/** Whatever was thrown, as a CosError. */
export const asCosError = (cause: unknown): CosError =>
  isCosError(cause) ? cause : cosError('argument', 'KitUnexpected', errorMessage(cause), { cause })

/** The error of a response, or of a file, that contradicts what was sent. */
export const integrityError = (code: string, message: string, retryable?: boolean): CosError =>
  cosError('integrity', code, message, { retryable })

export const missingParam = (name: string): CosError =>
  cosError('argument', 'KitMissingParam', `missing param ${name}`)

/**
 * The code of a failure that no retry helps, whatever was called: WeChat holds the function back until the user has
 * agreed to the privacy guidelines (errno 112: they do not declare it), or this platform has no such function. The texts
 * are matched from their beginning, because they may contain a path.
 */
export const platformCode = ({ errMsg = '', errno }: WxFailure): string | undefined =>
  errno === 112 || /:fail[\w ]*privacy/i.test(errMsg)
    ? 'KitPrivacyRefused'
    : /:fail[\w ,]*(not |un)(support|impl)/i.test(errMsg)
      ? 'KitUnsupported'
      : undefined

/** Whether the phone, or what WeChat grants the app of it, is full. */
export const isStorageFull = ({ errMsg = '', errno }: WxFailure): boolean =>
  errno === 1300202 || /storage limit|max file size|no space/i.test(errMsg)

/** A failure that WeChat reports, as an error that says whether trying again can help. */
export function networkError(cause: WxFailure, sent: SentRequest): CosError {
  const { errMsg, errno } = cause
  // Not a network error: there is no `wx`, or it rejects the call.
  if (!errMsg) return asCosError(cause)
  const more = { headers: {}, ...sent, cause }
  if (/url not in domain list/i.test(errMsg) || errno === 600002) {
    const [origin] = /^https?:\/\/[^/]+/.exec(sent.url) || []
    const message = `${errMsg}: add ${origin} to the mini program's server domains`
    return cosError('network', 'KitDomainNotAllowed', message, { ...more, error: errMsg })
  }
  // Exactly this text: some platforms report a connection that breaks off as `fail aborted`.
  if (/fail abort$/i.test(errMsg)) return cosError('abort', 'KitAborted', errMsg, more)
  // Trying again would not help. A full storage is that of a download.
  const refusal = platformCode(cause) || (isStorageFull(cause) && 'KitStorageFull')
  if (refusal) return cosError('argument', refusal, errMsg, more)
  const code = /timeout/i.test(errMsg) ? 'KitTimeout' : 'KitNetwork'
  return cosError('network', code, errMsg, { ...more, retryable: true })
}

/**
 * Whether the response is not from COS: a captive portal, a proxy, the server of a wrong custom domain.
 * COS sends `x-cos-request-id` with every answer, and a CDN in front of it passes that on. Where the platform
 * hides it, another header of COS or a quoted ETag speaks for COS; where it hides all, nothing is known.
 */
export function isForeign({ headers }: Pick<WxReply, 'headers'>): boolean {
  const { date, server, etag = '', 'content-type': type = '' } = headers
  if (/(^|,)x-c(os|i)-/.test(Object.keys(headers).join())) return false
  return Boolean(server || /html/.test(type) || ((date || type) && etag[0] !== '"'))
}

/** The error of a response that is not from COS: the request may reach it once the network is another. */
export function notCosError(
  { statusCode, headers }: Pick<WxReply, 'statusCode' | 'headers'>,
  { url, method }: SentRequest,
) {
  const message = `no answer of COS: ${method} ${url.split('?')[0]} lacks x-cos-request-id`
  const more = { statusCode, headers, url, method, retryable: true }
  return cosError('network', 'KitNotCos', message, more)
}

/** The id that Tencent's support asks for. */
export function requestIdOf(headers: Record<string, string>): string | undefined {
  return headers['x-ci-request-id'] || headers['x-cos-request-id']
}

/** Whether a 200 response contains an error: long operations send the status before the outcome. */
export function hasErrorBody(data: string | ArrayBuffer): boolean {
  return typeof data === 'string' && /^(<\?xml[^>]*>)?\s*<Error>/.test(data)
}
