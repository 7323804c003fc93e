import { createHash } from 'node:crypto'
import { operations } from '@miniprogram-cos/protocol'
import { authorize, requiredAccess } from '../authorize'
import { CosServiceError } from '../errors'
import { bucketOf, type OperationContext } from '../operations/operation'
import { Crc64 } from '../store/crc64'
import type { ObjectRecord } from '../store/records'
import { ImageError } from './imageError'
import { CONTENT_TYPES } from './imageFormats'
import { splitStyledKey, styleOf } from './imageStyles'
import { ignoresErrors, parsePipeline } from './parsePipeline'
import { readImageObject, watermarkReader } from './readImageObject'

/** A result in the form of an object, which is returned instead of the original. */
export interface ProcessedObject {
  object: ObjectRecord
  bytes: Buffer
}

/** Query parameters that process an image. */
const PROCESSING = /^(image(Mogr2|View2|Info|Ave|slim)|watermark|exif|style\/.*)(?=$|[/|])/

/**
 * Finds the processing parameters of a query: the name of a parameter, usually without a value. Reads the raw query, because
 * a `=` of base64 in the name would be parsed as its end.
 */
function processingOf(search: string): string | undefined {
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
  text = processingOf(context.request.search),
): Promise<ProcessedObject | undefined> {
  if (text === undefined) return undefined
  try {
    return await runProcessing(context, object, text)
  } catch (error) {
    if (!(error instanceof ImageError)) throw error
    if (ignoresErrors(text) && error.code !== 'NotImplemented') return undefined
    throw imageServiceError(error)
  }
}

async function runProcessing(
  context: OperationContext,
  object: ObjectRecord,
  text: string,
): Promise<ProcessedObject> {
  await context.images.requireSharp()
  const bucket = bucketOf(context)
  const pipeline = parsePipeline(text, (name) => styleOf(bucket, name))
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
  const bucket = bucketOf(context)
  const styled = splitStyledKey(bucket, context.request.key)
  if (!styled) return undefined
  await authorize(
    context,
    requiredAccess(operations.getObject, context.request, bucket.region, styled.key),
  )
  return styled
}

/** Turns an error of image processing into an error response of COS. */
export function imageServiceError({ code, message, errNo }: ImageError): CosServiceError {
  const headers: Record<string, string> = errNo === undefined ? {} : { 'X-ErrNo': String(errNo) }
  return new CosServiceError(code, message, {}, headers)
}
