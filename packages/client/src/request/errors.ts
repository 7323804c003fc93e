import { type CosError, cosError, isCosError } from '@miniprogram-cos/protocol'
import type { WxResponse } from '../wx/transfer'
import { errorMessage } from '../wx/wx'

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
 * Whether a response comes from another server than COS: a captive portal, a proxy, or the server of a wrong custom
 * domain. COS sends `x-cos-request-id` with every response, and CDNs pass it on. If the platform hides that header,
 * another header of COS or a quoted ETag identifies COS. If it hides all headers, the response counts as COS's.
 */
export function isNotFromCos({ headers }: Pick<WxResponse, 'headers'>): boolean {
  const { date, server, etag = '', 'content-type': type = '' } = headers
  if (/(^|,)x-c(os|i)-/.test(Object.keys(headers).join())) return false
  return Boolean(server || /html/.test(type) || ((date || type) && etag[0] !== '"'))
}

/** The request id, which Tencent Cloud's support asks for. */
export function requestIdOf(headers: Record<string, string>): string | undefined {
  return headers['x-ci-request-id'] || headers['x-cos-request-id']
}

/** Whether a 200 response contains an error: COS sends the status of long operations before they end. */
export function hasErrorBody(data: string | ArrayBuffer): boolean {
  return typeof data === 'string' && /^(<\?xml[^>]*>)?\s*<Error>/.test(data)
}
