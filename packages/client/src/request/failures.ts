import {
  CosError,
  readXml,
  type ServiceErrorBody,
  type XmlElement,
} from '@miniprogram-cos/protocol'
import { PlatformFailure, type PlatformReply } from '../platform'
import { decodeUtf8 } from '../text/utf8'

interface Sent {
  url: string
  method: string
}

/** A platform failure as an error that says whether trying again can help. */
export function networkError(failure: unknown, sent: Sent): CosError {
  const text = failure instanceof Error ? failure.message : String(failure)
  if (!(failure instanceof PlatformFailure)) {
    // Not the network's doing: there is no `wx`, or it refuses the call itself.
    return new CosError({ kind: 'argument', code: 'KitUnexpected', message: text, cause: failure })
  }
  const base = { message: text, error: text, headers: {}, ...sent, cause: failure }
  if (/url not in domain list/i.test(text) || failure.errno === 600002) {
    const host = /^https?:\/\/([^/]+)/.exec(sent.url)?.[1]
    return new CosError({
      ...base,
      kind: 'network',
      code: 'KitDomainNotAllowed',
      message: `${text}: add https://${host} to the mini program's server domains`,
    })
  }
  // Only what was given up on purpose: a connection that breaks off is `fail aborted` in places.
  if (/fail abort$/i.test(text)) return new CosError({ ...base, kind: 'abort', code: 'KitAborted' })
  const code = /timeout/i.test(text) ? 'KitTimeout' : 'KitNetwork'
  return new CosError({ ...base, kind: 'network', code, retryable: true })
}

/** Codes of 4xx answers that pass by themselves. */
const PASSING = new Set(['RequestTimeout', 'SlowDown', 'ServiceUnavailable', 'InternalError'])

/** What a status alone, as HEAD gets it, most likely means. */
const CODE_OF_STATUS: Record<number, string> = { 403: 'AccessDenied', 404: 'NoSuchKey' }

/** What COS said, as an error with the official fields. */
export function serviceError(
  reply: PlatformReply,
  headers: Record<string, string>,
  sent: Sent,
): CosError {
  const error = errorBody(reply.data)
  const RequestId = headers['x-ci-request-id'] ?? headers['x-cos-request-id']
  const own = typeof error === 'string' ? {} : error
  const code = own.Code || CODE_OF_STATUS[reply.statusCode] || `Http${reply.statusCode}`
  const message = own.Message || `${sent.method} was answered with ${reply.statusCode}`
  return new CosError({
    kind: 'service',
    code,
    message: `${code}: ${message}`,
    error,
    statusCode: reply.statusCode,
    headers,
    ...sent,
    ...(RequestId ? { RequestId } : {}),
    // What is not implemented will not be a moment later.
    retryable: (reply.statusCode >= 500 && reply.statusCode !== 501) || PASSING.has(code),
  })
}

/** The parsed `<Error>`, a JSON body, the raw text, or `{}` when there is none. */
function errorBody(data: string | ArrayBuffer): ServiceErrorBody | string {
  const text = typeof data === 'string' ? data : decodeUtf8(data)
  try {
    if (text[0] === '<') {
      const { Error: parsed } = readXml(text) as { Error?: XmlElement | string }
      return typeof parsed === 'object' ? parsed : {}
    }
    if (text[0] === '{') return JSON.parse(text) as ServiceErrorBody
  } catch {
    // Not what it looked like: the text itself is the best that can be shown.
  }
  return text === '' ? {} : text
}

/** Whether a 200 hides an error: long operations send their status before they know it. */
export function hasErrorBody(data: string | ArrayBuffer): boolean {
  return typeof data === 'string' && /^(?:<\?xml[^>]*>)?\s*<Error>/.test(data)
}
