import { contentTypeOf } from '../contentType'
import { argumentError } from '../errors'
import { defineOperation, type ObjectParams, type ResultMeta, readETag } from './define'
import type { ContentParams, ReadConditions } from './params'

// The operations of a simple upload, and the HEAD that checks it: the upload-only client loads this file and
// multipart.ts, and no other operation.

export interface UploadProgress {
  /** Bytes sent. */
  loaded: number
  /** Bytes in all. */
  total: number
  /** bytes/s */
  speed: number
  /** 0 to 1, two decimals. */
  percent: number
}

/** Refuses a missing body: an object must not become empty by mistake. @throws CosError */
export function checkBody(body: unknown): string | ArrayBuffer {
  const isBuffer = {}.toString.call(body) === '[object ArrayBuffer]'
  if (typeof body === 'string' || isBuffer) return body as string | ArrayBuffer
  if (body === undefined || body === null) {
    throw argumentError('KitMissingParam', 'missing param Body')
  }
  throw argumentError('KitInvalidParam', 'Body must be a string or an ArrayBuffer')
}

/** Headers of a new object that the caller did not set. */
export function contentDefaults(Key: string) {
  return { 'Cache-Control': '', 'Content-Type': contentTypeOf(Key) }
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
  /** Image processing during the upload, as JSON. */
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

export const putObject = defineOperation<PutObjectParams, PutObjectResult>(
  'PUT',
  'object',
  'PutObject',
  {
    buildRequest: ({ Key, Query, Body }) => ({
      query: Query,
      headers: contentDefaults(Key),
      body: checkBody(Body),
    }),
    // The response has no body, except after image processing.
    parseResponse: (response) => ({
      ...response.xml(''),
      Location: response.location,
      ...readETag(response),
    }),
  },
)

export interface PostObjectParams extends ObjectParams, ContentParams {
  /** A local file; it is streamed by `wx.uploadFile`, which is what gives byte-wise progress. */
  FilePath: string
  /** Called as often as the option ProgressInterval says. */
  onProgress?: (progress: UploadProgress) => void
}

export interface PostObjectResult extends ResultMeta {
  Location: string
  /** Quoted; empty when the platform hides response headers of uploads. */
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
    parseResponse: (response) => ({ Location: response.location, ...readETag(response) }),
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
  /** Set when `IfModifiedSince` was given and the object is not newer. */
  NotModified?: true
}

export const headObject = defineOperation<HeadObjectParams, HeadObjectResult>(
  'HEAD',
  'object',
  'HeadObject',
  {
    query: ['versionId'],
    parseResponse: readETag,
    mapFailure: ({ statusCode }, { IfModifiedSince }) =>
      statusCode === 304 && IfModifiedSince ? { NotModified: true, statusCode } : undefined,
  },
)
