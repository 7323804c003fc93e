import { argumentError } from '../errors'
import { contentTypeOf } from '../key'
import { defineOperation, type ObjectParams, type ResultMeta, readETag } from './define'
import type { ContentParams, ReadConditions } from './params'

// The operations of a simple upload. The upload-only client loads only this file and multipart.ts.

export interface UploadProgress {
  /** Bytes transferred. */
  loaded: number
  /** Total bytes. */
  total: number
  /** Bytes per second. */
  speed: number
  /** 0 to 1, two decimals. */
  percent: number
}

/** Refuses a missing body, which would create an empty object. @throws CosError `KitMissingParam`, `KitInvalidParam` */
export function checkBody(body: unknown): string | ArrayBuffer {
  const isBuffer = {}.toString.call(body) === '[object ArrayBuffer]'
  if (typeof body === 'string' || isBuffer) return body as string | ArrayBuffer
  if (body === undefined || body === null) {
    throw argumentError('KitMissingParam', 'missing param Body')
  }
  throw argumentError('KitInvalidParam', 'Body must be a string or an ArrayBuffer')
}

/** Default headers of a new object. */
export function contentDefaults(Key: string) {
  return { 'Cache-Control': '', 'Content-Type': contentTypeOf(Key) }
}

export interface PutObjectParams extends ObjectParams, ContentParams {
  /** The content. Required without `FilePath`. */
  Body?: string | ArrayBuffer
  /** A local file, which is read into memory. For large files use `uploadFile`. */
  FilePath?: string
  /** Further signed query parameters. */
  Query?: Record<string, string | number | undefined>
  /** MD5 of the content in base64. COS refuses the upload if it differs. */
  ContentMD5?: string
  ContentLength?: number
  /** Image processing during the upload, as JSON. */
  PicOperations?: string
  /** Called once per ProgressInterval (an option of the client), and at the start and the end. */
  onProgress?: (progress: UploadProgress) => void
}

export interface PutObjectResult extends ResultMeta {
  /** `host/key`, no scheme, the key percent-encoded. */
  Location: string
  /** Quoted; the MD5 of the content. */
  ETag: string
}

export const putObject = defineOperation<PutObjectParams, PutObjectResult>(
  'PUT',
  'object',
  'PutObject',
  {
    _build: ({ Key, Query, Body }) => ({
      query: Query,
      headers: contentDefaults(Key),
      body: checkBody(Body),
    }),
    // The response has no body, except after image processing.
    _parse: (response) => ({
      ...response.xml(''),
      Location: response.location,
      ...readETag(response),
    }),
  },
)

export interface PostObjectParams extends ObjectParams, ContentParams {
  /** A local file. `wx.uploadFile` streams it and reports its progress in bytes. */
  FilePath: string
  /** Called once per ProgressInterval (an option of the client), and at the start and the end. */
  onProgress?: (progress: UploadProgress) => void
}

export interface PostObjectResult extends ResultMeta {
  Location: string
  /** Quoted. Empty if the platform hides the response headers of uploads. */
  ETag: string
}

export const postObject = defineOperation<PostObjectParams, PostObjectResult>(
  'POST',
  'object',
  'PostObject',
  {
    form: true,
    // The action is checked on the object, but the form is posted to the bucket.
    target: 'bucket',
    _parse: (response) => ({ Location: response.location, ...readETag(response) }),
  },
)

export interface HeadObjectParams extends ObjectParams, ReadConditions {
  /** A version of the object. @default the latest */
  VersionId?: string
  Range?: string
}

export interface HeadObjectResult extends ResultMeta {
  /** Quoted. */
  ETag: string
  /** Set if the object is not newer than `IfModifiedSince`. */
  NotModified?: true
}

export const headObject = defineOperation<HeadObjectParams, HeadObjectResult>(
  'HEAD',
  'object',
  'HeadObject',
  {
    query: ['versionId'],
    _parse: readETag,
    _mapFailure: ({ statusCode }, { IfModifiedSince }) =>
      statusCode === 304 && IfModifiedSince ? { NotModified: true, statusCode } : undefined,
  },
)
