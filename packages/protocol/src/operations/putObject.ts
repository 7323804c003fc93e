import { argumentError } from '../errors/CosError'
import { contentTypeOf } from '../mime/contentType'
import { type ObjectParams, operation, type ResultMeta, readETag } from './operation'
import type { ContentParams } from './paramHeaders'

export interface UploadProgress {
  /** Bytes that have gone out. */
  loaded: number
  /** Bytes in all. */
  total: number
  /** bytes/s */
  speed: number
  /** 0 to 1, two decimals. */
  percent: number
}

export interface PutObjectParams extends ObjectParams, ContentParams {
  /** The content; or `FilePath`. */
  Body?: string | ArrayBuffer
  /** A local file, read whole: use `uploadFile` for anything large. */
  FilePath?: string
  /** Further signed query parameters. */
  Query?: Record<string, string | number | undefined>
  /** Base64 MD5 of the content; COS refuses the upload when it differs. */
  ContentMD5?: string
  ContentLength?: number
  /** Image processing on the way in, as JSON. */
  PicOperations?: string
  /** Called as often as the option ProgressInterval says. */
  onProgress?: (progress: UploadProgress) => void
}

export interface PutObjectResult extends ResultMeta {
  /** `host/key`, no scheme, the key percent-encoded. */
  Location: string
  /** Quoted; the MD5 of the content. */
  ETag: string
}

/** Nothing is no content: an object must not become empty by mistake. @throws CosError */
export function checkBody(body: unknown): string | ArrayBuffer {
  const isBuffer = {}.toString.call(body) === '[object ArrayBuffer]'
  if (typeof body === 'string' || isBuffer) return body as string | ArrayBuffer
  if (body === undefined || body === null) {
    throw argumentError('KitMissingParam', 'missing param Body')
  }
  throw argumentError('KitInvalidParam', 'Body must be a string or an ArrayBuffer')
}

/** What an object's first request declares when the caller does not. */
export function contentDefaults(Key: string) {
  return { 'Cache-Control': '', 'Content-Type': contentTypeOf(Key) }
}

export const putObject = operation<PutObjectParams, PutObjectResult>('PUT', 'object', 'PutObject', {
  request: ({ Key, Query, Body }) => ({
    query: Query,
    headers: contentDefaults(Key),
    body: checkBody(Body),
  }),
  // COS answers without a body, except for image processing on upload.
  result: (reply) => ({ ...reply.xml(''), Location: reply.location, ...readETag(reply) }),
})
