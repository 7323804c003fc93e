import { cosError } from '../errors'
import { type Document, xmlBody } from './configuration'
import {
  type BucketParams,
  defineOperation,
  type ObjectParams,
  type ResultMeta,
  readDocument,
  readETag,
} from './define'
import { type ContentParams, paramOf, type ReadConditions } from './params'
import { checkBody } from './upload'

/** Response headers that COS replaces on request; needs a signed request (document 436/7753). */
export interface ResponseOverrides {
  ResponseContentType?: string
  ResponseContentLanguage?: string
  ResponseExpires?: string
  ResponseCacheControl?: string
  ResponseContentDisposition?: string
  ResponseContentEncoding?: string
}

export interface GetObjectParams extends ObjectParams, ReadConditions, ResponseOverrides {
  /** A version of the object. @default the latest */
  VersionId?: string
  /** `bytes=0-1023` */
  Range?: string
  /** Further signed query parameters, e.g. `{ 'imageMogr2/thumbnail/200x': '' }`. */
  Query?: Record<string, string | number | undefined>
  /** Raw query text that is appended unsigned. */
  QueryString?: string
  /** @default 'text' */
  DataType?: 'text' | 'arraybuffer'
}

export interface GetObjectResult extends ResultMeta {
  /** Text, or an ArrayBuffer with `DataType: 'arraybuffer'`. */
  Body: string | ArrayBuffer
  /** Quoted. */
  ETag: string
  /** Set when `IfModifiedSince` was given and the object is not newer. */
  NotModified?: true
}

/** The response headers that a param `Response…` replaces. */
const OVERRIDES =
  'content-type content-language expires cache-control content-disposition content-encoding'

export const getObject = defineOperation<GetObjectParams, GetObjectResult>(
  'GET',
  'object',
  'GetObject',
  {
    isContent: true,
    query: ['versionId', ...OVERRIDES.split(' ').map((name) => `response-${name}`)],
    refuseKey(Key) {
      if (!foldsToRoot(Key)) return
      // The wording of the official client.
      const message = 'The Getobject Key is illegal'
      throw cosError('argument', 'KitInvalidKey', message, { error: { message } })
    },
    buildRequest: ({ Query }) => ({ query: Query }),
    parseResponse: (response) => ({
      // wx.request delivers one or the other, by DataType.
      Body: (response.body || '') as string | ArrayBuffer,
      ...readETag(response),
    }),
    mapFailure: ({ statusCode }, { IfModifiedSince }) =>
      statusCode === 304 && IfModifiedSince ? { NotModified: true } : undefined,
  },
)

/**
 * True when the dot segments and slashes of a key resolve to the bucket root. COS answers a GET of such
 * a key like a GET of the bucket, so the official SDKs refuse to read it.
 */
export function foldsToRoot(key: string): boolean {
  let depth = 0
  for (const segment of key.split('/')) {
    if (segment === '..') depth = Math.max(depth - 1, 0)
    else if (segment && segment !== '.') depth++
  }
  return depth === 0
}

export interface OptionsObjectParams extends ObjectParams {
  /** Of the page: `https://example.com`. */
  Origin: string
  /** The method that the page wants to use: `PUT`. */
  AccessControlRequestMethod: string
  /** The headers that it wants to send, separated by commas. */
  AccessControlRequestHeaders?: string
}

export interface OptionsObjectResult extends ResultMeta {
  AccessControlAllowOrigin?: string
  AccessControlAllowMethods?: string
  AccessControlAllowHeaders?: string
  AccessControlExposeHeaders?: string
  AccessControlMaxAge?: string
  /** The bucket's CORS rules do not allow it. */
  OptionsForbidden?: true
}

/** The response headers that become fields of the result. */
const CORS_HEADERS = /^access-control-(allow-(origin|methods|headers)|expose-headers|max-age)$/

export const optionsObject = defineOperation<OptionsObjectParams, OptionsObjectResult>(
  'OPTIONS',
  'object',
  'OptionsObject',
  {
    parseResponse({ headers }) {
      const result: Record<string, string> = {}
      for (const [name, value] of Object.entries(headers)) {
        if (CORS_HEADERS.test(name)) result[paramOf(name)] = value
      }
      return result
    },
    mapFailure: ({ statusCode }) =>
      statusCode === 403 ? { OptionsForbidden: true, statusCode } : undefined,
  },
)

export interface DeleteObjectParams extends ObjectParams {
  /** A version to delete permanently. @default in a bucket with versions, a delete marker is added */
  VersionId?: string
}

export interface DeleteObjectResult extends ResultMeta {
  /** Set for a 404, which is not an error here: it can only mean that the bucket does not exist. */
  BucketNotFound?: true
  /** Set where the object has been moved into the trash of its path. */
  TrashId?: string
}

export const deleteObject = defineOperation<DeleteObjectParams, DeleteObjectResult>(
  'DELETE',
  'object',
  'DeleteObject',
  {
    query: ['versionId'],
    mapFailure: ({ statusCode }) =>
      statusCode === 404 ? { BucketNotFound: true, statusCode } : undefined,
  },
)

export interface DeleteMultipleObjectParams extends BucketParams {
  /** At most 1000 (document 436/8289). */
  Objects: { Key: string; VersionId?: string }[]
  /** Report failures only. @default false */
  Quiet?: boolean
}

export interface DeleteMultipleObjectResult extends ResultMeta {
  Deleted: { Key: string; VersionId?: string; DeleteMarker?: string }[]
  /** Those that could not be deleted, and why. */
  Error: { Key: string; Code: string; Message: string; VersionId?: string }[]
}

export const deleteMultipleObject = defineOperation<
  DeleteMultipleObjectParams,
  DeleteMultipleObjectResult
>('POST', 'bucket', 'DeleteObject', {
  subresource: 'delete',
  access: [{ action: 'DeleteObject', on: 'listedObjects' }],
  contentMd5: true,
  buildRequest: ({ Objects, Quiet }) =>
    xmlBody('Delete', {
      Object: Objects.map(({ Key, VersionId }) => ({ Key, VersionId })),
      Quiet: Quiet || false,
    }),
  parseResponse: readDocument('DeleteResult', 'Deleted', 'Error'),
})

export interface AppendObjectParams extends ObjectParams, ContentParams {
  /** The content to append. */
  Body: string | ArrayBuffer
  /** Where to append: the object's present length, 0 for a new one. */
  Position: number
}

/** `x-cos-next-append-position` of the response is the next Position. */
export const appendObject = defineOperation<AppendObjectParams>('POST', 'object', 'AppendObject', {
  subresource: 'append',
  query: ['position'],
  // When repeated, its position makes it fail instead of appending twice, but that hides the first success.
  idempotent: false,
  buildRequest: ({ Body }) => ({ body: checkBody(Body) }),
})

export interface RestoreObjectParams extends ObjectParams {
  /** A version of the object. @default the latest */
  VersionId?: string
  /** `{ Days: 1, CASJobParameters: { Tier: 'Expedited' } }` */
  RestoreRequest: Document
}

export const restoreObject = defineOperation<RestoreObjectParams>(
  'POST',
  'object',
  'RestoreObject',
  {
    subresource: 'restore',
    query: ['versionId'],
    idempotent: false,
    contentMd5: true,
    buildRequest: ({ RestoreRequest }) => xmlBody('RestoreRequest', RestoreRequest),
  },
)
