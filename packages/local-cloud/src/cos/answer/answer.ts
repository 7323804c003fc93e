import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { writeXml } from '@miniprogram-cos/protocol'
import type { Fault } from './fault'

/** What an operation answers. */
export interface Answer {
  status: number
  /** In COS's own spelling: `ETag`, `Content-Length`, `x-cos-…`. */
  headers?: Record<string, string | number>
  /** XML text, or the object's bytes. */
  body?: string | Buffer | AsyncIterable<Uint8Array>
  /** Called once the answer is sent, or could not be. */
  release?: () => void
}

const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** Characters that no XML document can hold, neither plain nor as a reference (XML 1.0, section 2.2). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those that XML excludes
const UNREPRESENTABLE = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g

/** Whether XML can hold a text; lists with a key that it cannot are URL-encoded. */
export function isRepresentable(text: string): boolean {
  return text.search(UNREPRESENTABLE) < 0
}

/** An XML answer. */
export function xmlAnswer(document: object, status = 200): Answer {
  return { ...xmlTextAnswer(writeXml(document)), status }
}

/** An XML answer whose text is there already, with or without its declaration. */
export function xmlTextAnswer(text: string): Answer {
  const valid = text.replace(UNREPRESENTABLE, encodeURIComponent)
  const body = valid.startsWith('<?xml') ? valid : XML_DECLARATION + valid
  return { status: 200, headers: { 'Content-Type': 'application/xml' }, body }
}

/** `x-cos-request-id`: base64 of the seconds in hex and something random, so that it begins with N (436/41623). */
export function newRequestId(now: number): string {
  const text = `${Math.floor(now / 1000).toString(16)}_${randomUUID().slice(0, 18)}`
  return Buffer.from(text).toString('base64')
}

/** The error document of a fault. */
export function faultAnswer(fault: Fault, resource: string, requestId: string): Answer {
  const traceId = Buffer.from(`trace ${requestId}`).toString('base64')
  const answer = xmlAnswer(
    {
      Error: {
        Code: fault.code,
        Message: fault.message,
        ...fault.details,
        Resource: resource,
        RequestId: requestId,
        TraceId: traceId,
      },
    },
    fault.status,
  )
  return { ...answer, headers: { ...answer.headers, 'x-cos-trace-id': traceId, ...fault.headers } }
}

/** Any body as a sequence of bytes. */
export async function* bytesOf(body: NonNullable<Answer['body']>): AsyncGenerator<Uint8Array> {
  if (typeof body === 'string') yield Buffer.from(body, 'utf8')
  else if (Buffer.isBuffer(body)) yield body
  else yield* body
}

const NOTHING = Buffer.alloc(0)

/** Sends an answer. HEAD gets the headers alone. */
export async function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  requestId: string,
  isHead: boolean,
): Promise<void> {
  const headers: Record<string, string | number> = {
    Server: 'tencent-cos',
    'x-cos-request-id': requestId,
    ...answer.headers,
  }
  const { body } = answer
  if (typeof body === 'string' || Buffer.isBuffer(body) || body === undefined) {
    const content = typeof body === 'string' ? Buffer.from(body, 'utf8') : (body ?? NOTHING)
    if (!('Content-Length' in headers)) {
      headers['Content-Length'] = isHead ? 0 : content.length
    }
    response.writeHead(answer.status, utf8ToLatin1(headers))
    response.end(isHead ? undefined : content)
    return
  }
  response.writeHead(answer.status, utf8ToLatin1(headers))
  if (isHead) {
    response.end()
    return
  }
  await pipeline(Readable.from(body, { objectMode: false, highWaterMark: 512 * 1024 }), response)
}

/** Header values go out as UTF-8 bytes, which Node writes from Latin-1 text. */
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
