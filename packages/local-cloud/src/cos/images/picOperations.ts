import { encodeKey, operations } from '@miniprogram-cos/protocol'
import { parseJsonObject } from '../../http'
import { authorize, requiredAccess } from '../authorize'
import { CosServiceError } from '../errors'
import { refuseArchived } from '../operations/aclTaggingRestore'
import { readAttributes } from '../operations/objectHeaders'
import { type OperationContext, requireBucket } from '../operations/operation'
import { checkKey, versionIdOf } from '../request'
import { type CosResponse, xmlResponse } from '../response'
import type { BucketRecord, ObjectRecord } from '../store/records'
import type { ProcessedImage } from './executePipeline'
import { CONTENT_TYPES, jpegQuality } from './formats'
import { ERR_NO, ImageError, type ImagePipeline } from './imagePipeline'
import type { ImageSummary, OpenImage } from './imageProcessor'
import {
  findStyle,
  imageServiceError,
  md5Of,
  readImageObject,
  watermarkReader,
} from './imageRequests'
import { ignoresErrors, parsePipeline } from './parsePipeline'

/** Processes a stored original, stores the results, and returns the response. @throws CosServiceError */
export type ProcessStored = (stored: ObjectRecord) => Promise<CosResponse>

/**
 * Checks `Pic-Operations` before anything is stored: its format, its rules, and whether the caller may put the results.
 * Undefined if the request has none. Policy conditions on type and length are evaluated with the request here, and again
 * with each result.
 *
 * @param text the value of the header or of the form field
 * @throws CosServiceError `InvalidPicOperations`, `InvalidArgument`, `AccessDenied`, `NoSuchBucket`, `NotImplemented`
 */
export async function planProcessing(
  context: OperationContext,
  text: string | undefined,
  key: string,
): Promise<ProcessStored | undefined> {
  if (text === undefined) return undefined
  try {
    await context.images.requireSharp()
    const bucket = requireBucket(context)
    const { isPicInfo, rules } = parsePicOperations(text, key, (name) => findStyle(bucket, name))
    const targets: Target[] = []
    for (const rule of rules) targets.push(await findTarget(context, rule))
    return (stored) => processStored(context, stored, isPicInfo, targets)
  } catch (error) {
    throw imageServiceError(error)
  }
}

/** The target of a rule's result. */
interface Target {
  rule: PicRule
  bucket: BucketRecord
}

/** @throws CosServiceError `AccessDenied` unless the caller may put the result */
async function findTarget(context: OperationContext, rule: PicRule): Promise<Target> {
  const { store } = context
  const bucket = rule.bucket === undefined ? requireBucket(context) : store.buckets.get(rule.bucket)
  if (!bucket) throw new CosServiceError('NoSuchBucket')
  checkKey(rule.key)
  await authorizeResult(context, { rule, bucket })
  return { rule, bucket }
}

/** @throws CosServiceError `AccessDenied` unless the caller may put the result, with its type and length if it exists */
async function authorizeResult(
  context: OperationContext,
  { rule, bucket }: Target,
  image?: ProcessedImage,
): Promise<void> {
  const target = { ...context.request, bucket: bucket.name }
  const content = image && {
    headers: { 'content-type': CONTENT_TYPES[image.format] },
    length: image.bytes.length,
  }
  await authorize(
    content ? { ...context, form: content } : context,
    requiredAccess(operations.putObject, target, bucket.region, rule.key),
  )
}

async function processStored(
  context: OperationContext,
  stored: ObjectRecord,
  isPicInfo: boolean,
  targets: readonly Target[],
): Promise<CosResponse> {
  try {
    const { summary, images } = await processAll(context, stored, isPicInfo, targets)
    for (const { target, image } of images) await authorizeResult(context, target, image)
    const results: StoredResult[] = []
    for (const { target, image } of images) results.push(await putResult(context, target, image))
    const overwriting = results.find(
      ({ key }, i) => key === stored.key && targets[i]?.bucket.name === requireBucket(context).name,
    )
    const original = {
      key: stored.key,
      location: formatLocation(context, requireBucket(context), stored.key),
      etag: overwriting?.etag ?? stored.etag,
    }
    return xmlResponse(uploadResult(original, summary, results))
  } catch (error) {
    throw imageServiceError(error)
  }
}

/** Computes all results before the first is stored: if a rule fails, nothing is written. */
async function processAll(
  context: OperationContext,
  stored: ObjectRecord,
  isPicInfo: boolean,
  targets: readonly Target[],
): Promise<{ summary?: ImageSummary; images: { target: Target; image: ProcessedImage }[] }> {
  if (!isPicInfo && targets.length === 0) return { images: [] }
  const pinned = await context.store.objects.pin(
    requireBucket(context).name,
    stored.key,
    stored.versionId,
  )
  if (!pinned) throw new CosServiceError('NoSuchKey')
  try {
    const read = () => readImageObject(context, pinned.object)
    return await context.images.open(read, async (image) => {
      const images: { target: Target; image: ProcessedImage }[] = []
      for (const target of targets)
        images.push({ target, image: await run(context, image, target) })
      return { ...(isPicInfo ? { summary: await image.summarize() } : {}), images }
    })
  } finally {
    pinned.release()
  }
}

async function run(
  context: OperationContext,
  image: OpenImage,
  { rule }: Target,
): Promise<ProcessedImage> {
  try {
    return await image.run(rule.pipeline, watermarkReader(context))
  } catch (error) {
    const isIgnored = rule.ignoresErrors && error instanceof ImageError
    if (!isIgnored || error.code === 'NotImplemented') throw error
    return image.original()
  }
}

async function putResult(
  context: OperationContext,
  { rule, bucket }: Target,
  image: ProcessedImage,
): Promise<StoredResult> {
  const { store, now } = context
  const blob = await store.blobs.write(oneChunk(image.bytes))
  await store.objects.put(bucket, {
    key: rule.key,
    size: blob.size,
    etag: blob.md5,
    crc64: blob.crc64,
    lastModified: new Date(now).toISOString(),
    ...readAttributes({ 'content-type': CONTENT_TYPES[image.format] }, rule.key, bucket),
    blobs: [{ id: blob.id, size: blob.size }],
  })
  return {
    ...image,
    key: rule.key,
    location: formatLocation(context, bucket, rule.key),
    etag: md5Of(image.bytes),
    quality: (image.format === 'jpeg' ? jpegQuality(image.bytes) : undefined) ?? 100,
  }
}

async function* oneChunk(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** `<host>/<key>`, the service's format of a location. */
function formatLocation(
  context: OperationContext,
  { name, region }: BucketRecord,
  key: string,
): string {
  const isSameBucket = name === requireBucket(context).name
  const host = isSameBucket ? context.request.headers.host : `${name}.cos.${region}.myqcloud.com`
  return `${host}/${encodeKey(key)}`
}

/**
 * `POST /<key>?image_process`: processes a stored object. Requires GetObject of the original and PutObject of all results
 * (document 436/36366).
 * @throws CosServiceError
 */
export async function processInCloud(context: OperationContext): Promise<CosResponse> {
  const { request, store } = context
  const bucket = requireBucket(context)
  await authorize(context, requiredAccess(operations.getObject, request, bucket.region))
  const plan = await planProcessing(context, request.headers['pic-operations'] ?? '', request.key)
  const object = await store.objects.find(bucket.name, request.key, versionIdOf(request))
  if (!object || object.isDeleteMarker || !plan) throw new CosServiceError('NoSuchKey')
  refuseArchived(object, context.now)
  return plan(object)
}

/** Maximum number of rules in a request (document 436/40592). */
const MAX_RULES = 5

/** The parsed header `Pic-Operations`. */
export interface PicOperations {
  /** Whether the response describes the original. */
  isPicInfo: boolean
  rules: PicRule[]
}

/** A rule: one result to store. */
interface PicRule {
  /** @default the bucket of the original */
  bucket?: string
  key: string
  pipeline: ImagePipeline
  ignoresErrors: boolean
}

/**
 * Parses the header `Pic-Operations`.
 *
 * @param sourceKey the key of the original; a relative `fileid` belongs to its folder
 * @throws ImageError `InvalidPicOperations`, and the errors of `parsePipeline`
 * @example parsePicOperations('{"rules":[{"fileid":"small.jpg","rule":"imageMogr2/thumbnail/200x"}]}', 'a/b.jpg', …)
 */
export function parsePicOperations(
  text: string,
  sourceKey: string,
  styles: (name: string) => string | undefined,
): PicOperations {
  const operations = parseJsonObject(text)
  if (!operations) throw invalid('Pic-Operations must be a JSON object.')
  const { is_pic_info: info = 0, rules = [] } = operations
  if (![0, 1, '0', '1'].includes(info as number | string)) {
    throw invalid('is_pic_info must be 0 or 1.')
  }
  if (!Array.isArray(rules)) throw invalid('rules must be an array.')
  if (rules.length > MAX_RULES) throw invalid(`At most ${MAX_RULES} rules are allowed.`)
  return {
    isPicInfo: Number(info) === 1,
    rules: rules.map((rule) => readRule(rule, sourceKey, styles)),
  }
}

function readRule(
  value: unknown,
  sourceKey: string,
  styles: (name: string) => string | undefined,
): PicRule {
  const { bucket, fileid, rule } = (value ?? {}) as Record<string, unknown>
  if (typeof fileid !== 'string' || fileid === '' || fileid.endsWith('/')) {
    throw invalid('fileid must be a path that does not end with a slash.')
  }
  if (typeof rule !== 'string' || rule === '') throw invalid('rule must be a text.')
  if (bucket !== undefined && typeof bucket !== 'string') throw invalid('bucket must be a text.')
  const pipeline = parsePipeline(rule, styles)
  if (pipeline.report) throw invalid(`${pipeline.report} makes no image that could be stored.`)
  return {
    ...(bucket ? { bucket } : {}),
    key: resolveResultKey(fileid, sourceKey),
    pipeline,
    ignoresErrors: ignoresErrors(rule),
  }
}

/** The key of a result: `a/b.jpg` for `/a/b.jpg`; `b.jpg` is relative to the folder of the original. */
export function resolveResultKey(fileid: string, sourceKey: string): string {
  if (fileid.startsWith('/')) return fileid.replace(/^\/+/, '')
  return sourceKey.slice(0, sourceKey.lastIndexOf('/') + 1) + fileid
}

function invalid(message: string): ImageError {
  return new ImageError('InvalidPicOperations', message, ERR_NO.invalidUrl)
}

/** An object in the response. */
interface NamedObject {
  key: string
  /** `<host>/<key>` */
  location: string
  /** Without quotes. */
  etag: string
}

/** A result that was stored. */
type StoredResult = NamedObject & ProcessedImage & { quality: number }

/** The response document of an upload with `Pic-Operations` (document 436/40592). */
function uploadResult(
  original: NamedObject,
  summary: ImageSummary | undefined,
  results: readonly StoredResult[],
): object {
  return {
    UploadResult: {
      OriginalInfo: {
        Key: original.key,
        Location: original.location,
        ETag: `"${original.etag}"`,
        ...(summary
          ? {
              ImageInfo: {
                Format: summary.format.toUpperCase(),
                Width: summary.width,
                Height: summary.height,
                Quality: summary.quality,
                Ave: summary.average,
                Orientation: summary.orientation,
              },
            }
          : {}),
      },
      ProcessResults: {
        Object: results.map((result) => ({
          Key: result.key,
          Location: result.location,
          Format: result.format,
          Width: result.width,
          Height: result.height,
          Size: result.bytes.length,
          Quality: result.quality,
          ETag: `"${result.etag}"`,
        })),
      },
    },
  }
}
