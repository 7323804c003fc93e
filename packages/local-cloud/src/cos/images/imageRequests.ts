import { createHash } from 'node:crypto'
import { operations, parseBucketHost } from '@miniprogram-cos/protocol'
import { checkReferer } from '../accessChecks'
import { authenticate } from '../authenticate'
import { authorize, requiredAccess } from '../authorize'
import { readXmlBody } from '../body'
import { accessDenied, CosServiceError, invalidArgument } from '../errors'
import { refuseArchived } from '../operations/aclTaggingRestore'
import { type OperationContext, requireBucket } from '../operations/operation'
import { type CosRequest, versionIdOf } from '../request'
import { RequestTrace } from '../requestLog'
import { type CosResponse, xmlResponse } from '../response'
import { Crc64 } from '../store/crc64'
import type { BucketRecord, ObjectRecord } from '../store/records'
import { malformed, requiredText, text as textOf } from '../xmlElements'
import type { LoadWatermark } from './executePipeline'
import { CONTENT_TYPES } from './formats'
import { ERR_NO, ImageError } from './imagePipeline'
import { ignoresErrors, parsePipeline } from './parsePipeline'
import { checkSourceBytes } from './sourceImage'

/** A result in the form of an object, which is returned instead of the original. */
export interface ProcessedObject {
  object: ObjectRecord
  bytes: Buffer
}

/** Prefix of styles among the bucket's documents. */
const STYLE_PREFIX = 'style/'
/** The separators between a key and the name of a style (document 1045/33443). */
const SEPARATORS = /[-_!/]/g

/** The parameters of a style, if the bucket has it. */
export function findStyle({ documents }: BucketRecord, name: string): string | undefined {
  return documents && Object.hasOwn(documents, STYLE_PREFIX + name)
    ? documents[STYLE_PREFIX + name]
    : undefined
}

/** Splits `a.jpg!small` into the key and the style's parameters; undefined if the bucket has no such style. */
function splitStyledKey(
  bucket: BucketRecord,
  key: string,
): { key: string; parameters: string } | undefined {
  for (const { index } of key.matchAll(SEPARATORS)) {
    const parameters = index > 0 ? findStyle(bucket, key.slice(index + 1)) : undefined
    if (parameters !== undefined) return { key: key.slice(0, index), parameters }
  }
  return undefined
}

/** Query parameters that process an image. */
const PROCESSING = /^(image(Mogr2|View2|Info|Ave|slim)|watermark|exif|style\/.*)(?=$|[/|])/

/**
 * Finds the processing parameters of a query: the name of a parameter, usually without a value. Reads the raw query, because
 * a `=` of base64 in the name would be parsed as its end.
 */
function findProcessing(search: string): string | undefined {
  for (const part of search.split('&')) {
    const text = decodeURIComponent(part.replace(/=$/, ''))
    if (PROCESSING.test(text)) return text
  }
  return undefined
}

/**
 * Processes the image that a GET requests. Returns undefined if it requests the original, or if processing fails and the
 * request has `ignore-error/1`.
 * @throws CosServiceError
 */
export async function processObject(
  context: OperationContext,
  object: ObjectRecord,
  text = findProcessing(context.request.search),
): Promise<ProcessedObject | undefined> {
  if (text === undefined) return undefined
  try {
    return await runProcessing(context, object, text)
  } catch (error) {
    const isIgnored = error instanceof ImageError && error.code !== 'NotImplemented'
    if (isIgnored && ignoresErrors(text)) return undefined
    throw imageServiceError(error)
  }
}

async function runProcessing(
  context: OperationContext,
  object: ObjectRecord,
  text: string,
): Promise<ProcessedObject> {
  await context.images.requireSharp()
  const bucket = requireBucket(context)
  const pipeline = parsePipeline(text, (name) => findStyle(bucket, name))
  const read = () => readImageObject(context, object)
  return context.images.open(read, async (image) => {
    if (pipeline.report) {
      const json = await image.report(pipeline.report)
      return resultObject(object, Buffer.from(json), 'application/json')
    }
    const { bytes, format } = await image.run(pipeline, watermarkReader(context))
    return resultObject(object, bytes, CONTENT_TYPES[format])
  })
}

/** The headers of the original, with the type, length and digests of the result. */
export function resultObject(original: ObjectRecord, bytes: Buffer, type: string): ProcessedObject {
  const { 'Content-Encoding': _, ...headers } = original.headers
  const { isAppendable: __, ...rest } = original
  return {
    bytes,
    object: {
      ...rest,
      headers: { ...headers, 'Content-Type': type },
      size: bytes.length,
      etag: md5Of(bytes),
      crc64: new Crc64().update(bytes).decimal(),
      blobs: [],
    },
  }
}

export function md5Of(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex')
}

/**
 * Finds the original and the style of a key such as `a.jpg!small`, for which there is no object.
 * @throws CosServiceError `AccessDenied` if the original may not be read
 */
export async function findStyledOriginal(
  context: OperationContext,
): Promise<{ key: string; parameters: string } | undefined> {
  const bucket = requireBucket(context)
  const styled = splitStyledKey(bucket, context.request.key)
  if (!styled) return undefined
  await authorize(
    context,
    requiredAccess(operations.getObject, context.request, bucket.region, styled.key),
  )
  return styled
}

/** Turns an error of image processing into an error response of COS; returns other errors unchanged. */
export function imageServiceError(error: unknown): unknown {
  if (!(error instanceof ImageError)) return error
  const { code, message, errNo } = error
  const headers: Record<string, string> = errNo === undefined ? {} : { 'X-ErrNo': String(errNo) }
  return new CosServiceError(code, message, {}, headers)
}

/** Reads the content of a pinned object. @throws ImageError if it is too large to be processed */
export async function readImageObject(
  { store }: OperationContext,
  { size, blobs }: ObjectRecord,
): Promise<Buffer> {
  checkSourceBytes(size)
  if (size === 0) return Buffer.alloc(0)
  const content = store.blobs.read(blobs, 0, size - 1)
  if (Buffer.isBuffer(content)) return content
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/**
 * Reads the pictures of watermarks as the service does: from the bucket of the image, by a URL that must give access to the
 * object, because the object is public or by a signature (document 436/36373).
 */
export function watermarkReader(context: OperationContext): LoadWatermark {
  return async (url) => {
    try {
      return await readWatermark(context, url)
    } catch (error) {
      if (!(error instanceof CosServiceError)) throw error
      throw unreadable(`The watermark cannot be read: ${error.message}`)
    }
  }
}

async function readWatermark(context: OperationContext, url: string): Promise<Buffer> {
  const bucket = requireBucket(context)
  const request = parseHttpUrl(context, url)
  if (parseBucketHost(request.headers.host ?? '')?.bucket !== bucket.name) {
    throw unreadable('The watermark must be stored in the bucket of the image.')
  }
  const { principal } = authenticate(request, context.keys, Math.floor(context.now / 1000))
  if (principal.kind === 'anonymous') checkReferer(request, bucket)
  const { store, keys, requestId, now } = context
  // A separate trace, so that the log shows the decision about the image itself.
  const trace = new RequestTrace(request.raw, requestId, now)
  await authorize(
    { request, principal, store, keys, trace },
    requiredAccess(operations.getObject, request, bucket.region),
  )
  const pinned = await context.store.objects.pin(bucket.name, request.key, versionIdOf(request))
  if (!pinned || pinned.object.isDeleteMarker) throw unreadable('The watermark does not exist.')
  try {
    refuseArchived(pinned.object, context.now)
    return await readImageObject(context, pinned.object)
  } finally {
    pinned.release()
  }
}

/** The request for a URL. */
function parseHttpUrl({ request }: OperationContext, url: string): CosRequest {
  const [, host, path = '/', search = ''] =
    /^http:\/\/([^/?#]+)(\/[^?#]*)?(?:\?([^#]*))?/.exec(url) ?? []
  if (!host) throw unreadable('The URL of the watermark must start with http://.')
  const query: Record<string, string> = Object.create(null)
  for (const part of search.split('&')) {
    const [name = '', ...value] = part.split('=')
    if (name !== '' && !(decode(name) in query)) query[decode(name)] = decode(value.join('='))
  }
  const pathname = decode(path)
  return {
    raw: request.raw,
    method: 'GET',
    target: 'object',
    bucket: request.bucket,
    isAccelerated: false,
    isMerged: false,
    key: pathname.replace(/^\/+/, ''),
    pathname,
    query,
    search,
    headers: { host },
    throttles: [],
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw unreadable('The URL of the watermark is malformed.')
  }
}

function unreadable(message: string): ImageError {
  return new ImageError('InvalidImageSource', message, ERR_NO.invalidUrl)
}

/** Maximum number of styles of a bucket (document 1045/33700, error -60957). */
const MAX_STYLES = 100

/**
 * Adds, lists and deletes the image styles of a bucket: `?style` (documents 1045/33707 to 33709). The
 * required CAM actions are not documented, so only the owner's key is accepted.
 * @throws CosServiceError `AccessDenied`, `MalformedXML`, `MethodNotAllowed`
 */
export async function answerStyleRequest(context: OperationContext): Promise<CosResponse> {
  const { request, principal, store } = context
  if (principal.kind !== 'root') {
    throw accessDenied('image styles are configured with the owner key')
  }
  const bucket = requireBucket(context)
  switch (request.method) {
    case 'GET':
      return xmlResponse({ StyleList: { StyleRule: listStyles(bucket) } })
    case 'PUT': {
      const { name, parameters } = await readStyle(context, 'AddStyle')
      if (!parameters || listStyles(bucket).length >= MAX_STYLES) {
        throw invalidArgument(`A bucket has at most ${MAX_STYLES} styles, none empty.`)
      }
      checkParameters(parameters)
      await store.buckets.update(bucket.name, (record) => ({
        ...record,
        documents: { ...record.documents, [STYLE_PREFIX + name]: parameters },
      }))
      return { status: 200 }
    }
    case 'DELETE': {
      const { name } = await readStyle(context, 'DeleteStyle')
      await store.buckets.update(bucket.name, (record) => {
        const { [STYLE_PREFIX + name]: _, ...documents } = record.documents ?? {}
        return { ...record, documents }
      })
      return { status: 200 }
    }
    default:
      throw new CosServiceError('MethodNotAllowed')
  }
}

function checkParameters(parameters: string): void {
  try {
    parsePipeline(parameters)
  } catch (error) {
    throw imageServiceError(error)
  }
}

function listStyles({ documents = {} }: BucketRecord): { StyleName: string; StyleBody: string }[] {
  return Object.entries(documents)
    .filter(([name]) => name.startsWith(STYLE_PREFIX))
    .map(([name, StyleBody]) => ({ StyleName: name.slice(STYLE_PREFIX.length), StyleBody }))
}

async function readStyle(
  { request }: OperationContext,
  root: string,
): Promise<{ name: string; parameters: string | undefined }> {
  const style = await readXmlBody(request, root)
  const name = requiredText(style, 'StyleName')
  if (!/^[\w.-]{1,64}$/.test(name)) throw malformed(`StyleName is "${name}"`)
  return { name, parameters: textOf(style, 'StyleBody') }
}
