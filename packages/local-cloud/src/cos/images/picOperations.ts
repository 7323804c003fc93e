import type { ProcessedImage } from './executePipeline'
import { ERR_NO, ImageError } from './imageError'
import type { ImagePipeline } from './imagePipeline'
import type { ImageSummary } from './imageProcessor'
import { ignoresErrors, parsePipeline } from './parsePipeline'

/** Maximum number of rules in a request (document 436/40592). */
const MAX_RULES = 5

/** The parsed header `Pic-Operations`. */
export interface PicOperations {
  /** Whether the response describes the original. */
  isPicInfo: boolean
  rules: PicRule[]
}

/** A rule: one result to store. */
export interface PicRule {
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
  const { is_pic_info: info = 0, rules = [] } = readObject(text)
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

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>
    }
  } catch {
    // Refused below, like JSON of another kind.
  }
  throw invalid('Pic-Operations must be a JSON object.')
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
    key: keyOfResult(fileid, sourceKey),
    pipeline,
    ignoresErrors: ignoresErrors(rule),
  }
}

/** The key of a result: `a/b.jpg` for `/a/b.jpg`; `b.jpg` is relative to the folder of the original. */
export function keyOfResult(fileid: string, sourceKey: string): string {
  if (fileid.startsWith('/')) return fileid.replace(/^\/+/, '')
  return sourceKey.slice(0, sourceKey.lastIndexOf('/') + 1) + fileid
}

function invalid(message: string): ImageError {
  return new ImageError('InvalidPicOperations', message, ERR_NO.invalidUrl)
}

/** An object in the response. */
export interface NamedObject {
  key: string
  /** `<host>/<key>` */
  location: string
  /** Without quotes. */
  etag: string
}

/** A result that was stored. */
export type StoredResult = NamedObject & ProcessedImage & { quality: number }

/** The response document of an upload with `Pic-Operations` (document 436/40592). */
export function uploadResult(
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
