import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { writeXml } from '@miniprogram-cos/protocol'
import type { CosServiceError } from './errors'

/** The response of an operation. */
export interface CosResponse {
  status: number
  /** In the spelling of COS: `ETag`, `Content-Length`, `x-cos-…`. */
  headers?: Record<string, string | number>
  /** XML text, or an object's content. */
  body?: string | Buffer | AsyncIterable<Uint8Array>
  /** Called when the response has been sent or has failed. */
  release?: () => void
}

const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
const SEND_BUFFER_BYTES = 512 * 1024

/** Characters that XML cannot contain, not even as a reference (XML 1.0, section 2.2). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those that XML excludes
const UNREPRESENTABLE = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g

/** Whether XML can contain a string. Lists with other keys are URL-encoded. */
export function isRepresentable(text: string): boolean {
  return text.search(UNREPRESENTABLE) < 0
}

export function xmlResponse(document: object, status = 200): CosResponse {
  return { ...xmlTextResponse(writeXml(document)), status }
}

/** An XML response from its text, with or without a declaration. */
export function xmlTextResponse(text: string): CosResponse {
  const valid = text.replace(UNREPRESENTABLE, encodeURIComponent)
  const body = valid.startsWith('<?xml') ? valid : XML_DECLARATION + valid
  return { status: 200, headers: { 'Content-Type': 'application/xml' }, body }
}

export function withHeaders(
  response: CosResponse,
  headers: Record<string, string | number>,
): CosResponse {
  return { ...response, headers: { ...response.headers, ...headers } }
}

/** `x-cos-request-id`: base64 of the Unix seconds in hex and a random part, so that it starts with N (436/41623). */
export function newRequestId(now: number): string {
  const text = `${Math.floor(now / 1000).toString(16)}_${randomUUID().slice(0, 18)}`
  return Buffer.from(text).toString('base64')
}

/** COS's error document. */
export function errorResponse(
  error: CosServiceError,
  resource: string,
  requestId: string,
): CosResponse {
  const traceId = Buffer.from(`trace ${requestId}`).toString('base64')
  const document = {
    Error: {
      Code: error.code,
      Message: error.message,
      ...error.details,
      Resource: resource,
      RequestId: requestId,
      TraceId: traceId,
    },
  }
  return withHeaders(xmlResponse(document, error.status), {
    'x-cos-trace-id': traceId,
    ...error.headers,
  })
}

/** Any body as a stream of bytes. */
export async function* bytesOf(body: NonNullable<CosResponse['body']>): AsyncGenerator<Uint8Array> {
  if (typeof body === 'string') yield Buffer.from(body, 'utf8')
  else if (Buffer.isBuffer(body)) yield body
  else yield* body
}

/** Sends a response, without its body in response to HEAD. */
export async function sendResponse(
  response: ServerResponse,
  { status, headers, body = '' }: CosResponse,
  requestId: string,
  isHead: boolean,
): Promise<void> {
  const allHeaders = { Server: 'tencent-cos', 'x-cos-request-id': requestId, ...headers }
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    const content = typeof body === 'string' ? Buffer.from(body, 'utf8') : body
    const length = { 'Content-Length': isHead ? 0 : content.length }
    response.writeHead(status, utf8ToLatin1({ ...length, ...allHeaders }))
    response.end(isHead ? undefined : content)
    return
  }
  response.writeHead(status, utf8ToLatin1(allHeaders))
  if (isHead) {
    response.end()
    return
  }
  const options = { objectMode: false, highWaterMark: SEND_BUFFER_BYTES }
  await pipeline(Readable.from(body, options), response)
}

/** Node writes header values as Latin-1; COS sends the bytes of UTF-8. */
function utf8ToLatin1(headers: Record<string, string | number>): Record<string, string | number> {
  const sent: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(headers)) {
    sent[name] =
      typeof value === 'string' && /[^\x20-\x7e]/.test(value)
        ? Buffer.from(value.replace(/[\r\n]/g, ' '), 'utf8').toString('latin1')
        : value
  }
  return sent
}
