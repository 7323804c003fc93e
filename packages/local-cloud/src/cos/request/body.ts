import { createHash } from 'node:crypto'
import { readXml } from '@miniprogram-cos/protocol'
import { XMLValidator } from 'fast-xml-parser'
import { Fault } from '../answer/fault'
import { paced } from './pace'
import type { CosRequest } from './request'

/** More than a completion of 10,000 parts needs. */
const MAX_XML_BYTES = 4 * 1024 * 1024

/** A body must announce its end: by length or by chunks (document 436/7749). */
export function checkLengthGiven({ headers }: CosRequest): void {
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
    throw new Fault('MissingContentLength')
  }
}

/** Passes a body on, and stops as soon as it is too large. @throws Fault `EntityTooLarge` */
export async function* limited(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    if (size > maxBytes) throw new Fault('EntityTooLarge')
    yield chunk
  }
}

/** The digest a client announced, in hex. @throws Fault `InvalidDigest` */
export function announcedMd5({ headers }: Pick<CosRequest, 'headers'>): string | undefined {
  const given = headers['content-md5']
  if (given === undefined || given === '') return undefined
  const bytes = Buffer.from(given, 'base64')
  if (bytes.length !== 16 || bytes.toString('base64') !== given) throw new Fault('InvalidDigest')
  return bytes.toString('hex')
}

/** The request body as an async sequence; a connection lost on the way is an incomplete body. */
export async function* bodyOf(request: CosRequest): AsyncGenerator<Uint8Array> {
  const { raw, paces } = request
  try {
    yield* paces.length === 0 ? raw : paced(raw, paces)
  } catch {
    throw new Fault('IncompleteBody')
  }
}

/**
 * Reads a small body as text, checked against Content-MD5.
 * @throws Fault `MissingContentLength`, `MissingRequestBodyError`, `XMLSizeLimit`, `BadDigest`
 */
export async function readTextBody(request: CosRequest): Promise<string> {
  checkLengthGiven(request)
  const md5 = announcedMd5(request)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bodyOf(request)) {
    size += chunk.length
    if (size > MAX_XML_BYTES) throw new Fault('XMLSizeLimit')
    chunks.push(chunk)
  }
  if (size === 0) throw new Fault('MissingRequestBodyError')
  const bytes = Buffer.concat(chunks)
  if (md5 && createHash('md5').update(bytes).digest('hex') !== md5) throw new Fault('BadDigest')
  return bytes.toString('utf8')
}

/** The content of an XML document's root element. @throws Fault `MalformedXML` */
export function parseXmlBody(text: string, root: string): Record<string, unknown> {
  // A DOCTYPE could define entities that expand without end; no COS request needs one.
  if (/<!DOCTYPE/i.test(text)) throw new Fault('MalformedXML')
  let document: Record<string, unknown>
  try {
    if (XMLValidator.validate(text) !== true) throw new Fault('MalformedXML')
    document = readXml(text)
  } catch {
    throw new Fault('MalformedXML')
  }
  const content = document[root]
  if (content === '') return {}
  if (typeof content !== 'object' || content === null) throw new Fault('MalformedXML')
  return content as Record<string, unknown>
}

/** Reads a small XML body. @throws Fault */
export async function readXmlBody(
  request: CosRequest,
  root: string,
): Promise<Record<string, unknown>> {
  return parseXmlBody(await readTextBody(request), root)
}
