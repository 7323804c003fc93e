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

/** A result, as an object that is read instead of the original. */
export interface ProcessedObject {
  object: ObjectRecord
  bytes: Buffer
}

/** Names of parameters that process an image. */
const PROCESSING = /^(image(Mogr2|View2|Info|Ave|slim)|watermark|exif|style\/.*)(?=$|[/|])/

/**
 * The processing parameters of a query: one parameter's name, mostly without a value. The `=` of Base64
 * in it would be taken for the end of the name, so the text is put together again.
 */
function processingOf(search: string): string | undefined {
  for (const part of search.split('&')) {
    const text = decodeURIComponent(part.replace(/=$/, ''))
    if (PROCESSING.test(text)) return text
  }
  return undefined
}

/**
 * The processed image that a GET asks for; undefined when it asks for the original, or is to have it where
 * processing fails (`ignore-error/1`).
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
function resultObject(original: ObjectRecord, bytes: Buffer, type: string): ProcessedObject {
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
 * The original of a key such as `a.jpg!small` that has no object of its own, and the style's parameters.
 * @throws CosServiceError `AccessDenied` when the original may not be read
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

/** An error of image processing as the error document of COS. */
export function imageServiceError({ code, message, errNo }: ImageError): CosServiceError {
  const headers: Record<string, string> = errNo === undefined ? {} : { 'X-ErrNo': String(errNo) }
  return new CosServiceError(code, message, {}, headers)
}
