import { createHash } from 'node:crypto'
import type { XmlElement } from '@miniprogram-cos/protocol'
import { readBody } from '../http'
import { CosServiceError, invalidArgument } from './errors'
import type { CosRequest } from './request'
import type { WrittenBlob } from './store/records'
import type { Store } from './store/store'
import { parseXml } from './xmlElements'

/** The document that completes 10,000 parts has about 1 MiB. */
const MAX_XML_BYTES = 4 * 1024 * 1024

/** Maximum size of a simple upload (document 436/7749). */
export const MAX_SIMPLE_BYTES = 5 * 1024 ** 3

/** Requires a body with a length or chunked encoding (document 436/7749). @throws CosServiceError `MissingContentLength` */
export function checkLengthGiven({ headers }: CosRequest): void {
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
    throw new CosServiceError('MissingContentLength')
  }
}

/** Whether the headers announce no body. */
export function isBodyEmpty({ headers }: CosRequest): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': chunked } = headers
  return length === '0' && chunked === undefined
}

/** Content-MD5 in hex. @throws CosServiceError `InvalidDigest` */
export function announcedMd5({ headers }: Pick<CosRequest, 'headers'>): string | undefined {
  const md5 = headers['content-md5']
  if (!md5) return undefined
  const bytes = Buffer.from(md5, 'base64')
  if (bytes.length !== 16 || bytes.toString('base64') !== md5) {
    throw new CosServiceError('InvalidDigest')
  }
  return bytes.toString('hex')
}

/** @throws CosServiceError `IncompleteBody` if the connection is lost */
async function* bodyOf({ raw, throttles }: CosRequest): AsyncGenerator<Uint8Array> {
  try {
    yield* throttles.length === 0 ? raw : throttled(raw, throttles)
  } catch {
    throw new CosServiceError('IncompleteBody')
  }
}

/**
 * Reads a small body as text and checks it against Content-MD5.
 * @throws CosServiceError `MissingContentLength`, `MissingRequestBodyError`, `XMLSizeLimit`, `BadDigest`
 */
export async function readTextBody(request: CosRequest): Promise<string> {
  checkLengthGiven(request)
  const md5 = announcedMd5(request)
  const tooLarge = () => new CosServiceError('XMLSizeLimit')
  const bytes = await readBody(bodyOf(request), MAX_XML_BYTES, tooLarge)
  if (bytes.length === 0) throw new CosServiceError('MissingRequestBodyError')
  if (md5 && createHash('md5').update(bytes).digest('hex') !== md5) {
    throw new CosServiceError('BadDigest')
  }
  return bytes.toString('utf8')
}

/** Reads a small XML body and returns the content of its root element. @throws CosServiceError */
export async function readXmlBody(request: CosRequest, root: string): Promise<XmlElement> {
  return parseXml(await readTextBody(request), root)
}

/**
 * Writes the request's body as a pending blob.
 * @param md5 the announced digest, in hex
 * @throws CosServiceError `EntityTooLarge`, `BadDigest`, `IncompleteBody`; the blob is discarded then
 */
export async function receiveBody(
  { request, store }: { request: CosRequest; store: Store },
  md5: string | undefined,
  maxBytes: number,
): Promise<WrittenBlob> {
  // Refuses the body before reading it.
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    throw new CosServiceError('EntityTooLarge')
  }
  const blob = await store.blobs.write(limited(bodyOf(request), maxBytes))
  if (md5 && md5 !== blob.md5) {
    store.blobs.discard([blob])
    throw new CosServiceError('BadDigest')
  }
  return blob
}

/** Limits the size of a stream. @throws CosServiceError `EntityTooLarge` */
export async function* limited(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    if (size > maxBytes) throw new CosServiceError('EntityTooLarge')
    yield chunk
  }
}

/** A bandwidth limit. Streams that use the same instance share its bandwidth. */
export class Throttle {
  readonly #bytesPerSecond: number
  /** When the bytes of all calls so far have been transferred, in Unix milliseconds. */
  #busyUntil = 0

  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond
  }

  /** The bytes transferred in 50 ms. */
  get stepBytes(): number {
    return Math.max(Math.floor(this.#bytesPerSecond / 20), 1)
  }

  async wait(bytes: number): Promise<void> {
    const now = Date.now()
    this.#busyUntil = Math.max(this.#busyUntil, now) + (bytes / this.#bytesPerSecond) * 1000
    const delay = this.#busyUntil - now
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay))
  }
}

/** Limits the bandwidth of a stream to the lowest of several limits. */
export async function* throttled(
  source: AsyncIterable<Uint8Array>,
  throttles: readonly Throttle[],
): AsyncGenerator<Uint8Array> {
  const step = Math.min(...throttles.map(({ stepBytes }) => stepBytes))
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += step) {
      const piece = chunk.subarray(at, at + step)
      await Promise.all(throttles.map((throttle) => throttle.wait(piece.length)))
      yield piece
    }
  }
}

/** Limits of `x-cos-traffic-limit`, in bit/s (document 436/40140). */
const MIN_TRAFFIC_LIMIT = 819_200
const MAX_TRAFFIC_LIMIT = 838_860_800

/** The traffic limit in a request's header or parameter. @throws CosServiceError `InvalidArgument` */
export function findTrafficLimit({ headers, query }: CosRequest): Throttle | undefined {
  return readTrafficLimit(headers['x-cos-traffic-limit'] ?? query['x-cos-traffic-limit'])
}

/** @param text the value of `x-cos-traffic-limit`, in bit/s. @throws CosServiceError `InvalidArgument` */
export function readTrafficLimit(text: string | undefined): Throttle | undefined {
  if (text === undefined) return undefined
  const bits = /^\d+$/.test(text) ? Number(text) : 0
  if (bits < MIN_TRAFFIC_LIMIT || bits > MAX_TRAFFIC_LIMIT) {
    throw invalidArgument('The traffic limit must be 819200 to 838860800 bit/s.')
  }
  return new Throttle(bits / 8)
}
