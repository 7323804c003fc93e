import { type CosError, cosError, isCosError } from '@miniprogram-cos/protocol'
import type { WxReply } from '../wx/transfer'
import { errorMessage, type WxFailure } from '../wx/wx'

/** The request that an error is about. */
export interface SentRequest {
  url: string
  method: string
}

/** Turns any thrown value into a CosError. */
export const asCosError = (cause: unknown): CosError =>
  isCosError(cause) ? cause : cosError('argument', 'KitUnexpected', errorMessage(cause), { cause })

/** The error of a response, or of a file, that contradicts what was sent. */
export const integrityError = (code: string, message: string, retryable?: boolean): CosError =>
  cosError('integrity', code, message, { retryable })

export const missingParam = (name: string): CosError =>
  cosError('argument', 'KitMissingParam', `missing param ${name}`)

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

/**
 * Whether a response comes from another server than COS: a captive portal, a proxy, or the server of a wrong custom
 * domain. COS sends `x-cos-request-id` with every response, and CDNs pass it on. If the platform hides that header,
 * another header of COS or a quoted ETag identifies COS. If it hides all headers, the response counts as COS's.
 */
export function isForeign({ headers }: Pick<WxReply, 'headers'>): boolean {
  const { date, server, etag = '', 'content-type': type = '' } = headers
  if (/(^|,)x-c(os|i)-/.test(Object.keys(headers).join())) return false
  return Boolean(server || /html/.test(type) || ((date || type) && etag[0] !== '"'))
}

/** The error of a response that does not come from COS. Retryable: another network may reach COS. */
export function notCosError(
  { statusCode, headers }: Pick<WxReply, 'statusCode' | 'headers'>,
  { url, method }: SentRequest,
) {
  const message = `no answer of COS: ${method} ${url.split('?')[0]} lacks x-cos-request-id`
  const details = { statusCode, headers, url, method, retryable: true }
  return cosError('network', 'KitNotCos', message, details)
}

/** The request id, which Tencent Cloud's support asks for. */
export function requestIdOf(headers: Record<string, string>): string | undefined {
  return headers['x-ci-request-id'] || headers['x-cos-request-id']
}

/** Whether a 200 response contains an error: COS sends the status of long operations before they end. */
export function hasErrorBody(data: string | ArrayBuffer): boolean {
  return typeof data === 'string' && /^(<\?xml[^>]*>)?\s*<Error>/.test(data)
}
