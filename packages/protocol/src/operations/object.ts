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
  /** Raw query text that is appended without being signed. */
  QueryString?: string
  /** @default 'text' */
  DataType?: 'text' | 'arraybuffer'
}

export interface GetObjectResult extends ResultMeta {
  /** Text, or an ArrayBuffer with `DataType: 'arraybuffer'`. */
  Body: string | ArrayBuffer
  /** Quoted. */
  ETag: string
  /** Set if the object is not newer than `IfModifiedSince`. */
  NotModified?: true
}

/** The response headers that the params `Response…` replace. */
const OVERRIDES =
  'content-type content-language expires cache-control content-disposition content-encoding'

export const getObject = defineOperation<GetObjectParams, GetObjectResult>(
  'GET',
  'object',
  'GetObject',
  {
    _isContent: true,
    query: ['versionId', ...OVERRIDES.split(' ').map((name) => `response-${name}`)],
    _checkKey(Key) {
      if (!foldsToRoot(Key)) return
      // The wording of the official client.
      const message = 'The Getobject Key is illegal'
      throw cosError('argument', 'KitInvalidKey', message, { error: { message } })
    },
    _build: ({ Query }) => ({ query: Query }),
    _parse: (response) => ({
      // The type depends on DataType.
      Body: (response.body || '') as string | ArrayBuffer,
      ...readETag(response),
    }),
    _mapFailure: ({ statusCode }, { IfModifiedSince }) =>
      statusCode === 304 && IfModifiedSince ? { NotModified: true } : undefined,
  },
)

/**
 * Whether the dot segments and slashes of a key resolve to the bucket root. COS treats a GET of such a key as a GET of the
 * bucket, so the official SDKs refuse to read it.
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
  /** Origin of the page: `https://example.com`. */
  Origin: string
  /** The method that the page would use: `PUT`. */
  AccessControlRequestMethod: string
  /** The headers that the page would send, separated by commas. */
  AccessControlRequestHeaders?: string
}

export interface OptionsObjectResult extends ResultMeta {
  AccessControlAllowOrigin?: string
  AccessControlAllowMethods?: string
  AccessControlAllowHeaders?: string
  AccessControlExposeHeaders?: string
  AccessControlMaxAge?: string
  /** Set if the bucket's CORS rules do not permit the request. */
  OptionsForbidden?: true
}

/** The response headers that become fields of the result. */
const CORS_HEADERS = /^access-control-(allow-(origin|methods|headers)|expose-headers|max-age)$/

export const optionsObject = defineOperation<OptionsObjectParams, OptionsObjectResult>(
  'OPTIONS',
  'object',
  'OptionsObject',
  {
    _parse({ headers }) {
      const result: Record<string, string> = {}
      for (const [name, value] of Object.entries(headers)) {
        if (CORS_HEADERS.test(name)) result[paramOf(name)] = value
      }
      return result
    },
    _mapFailure: ({ statusCode }) =>
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
  /** Set if the object was moved to the trash of its path. */
  TrashId?: string
}

export const deleteObject = defineOperation<DeleteObjectParams, DeleteObjectResult>(
  'DELETE',
  'object',
  'DeleteObject',
  {
    query: ['versionId'],
    _mapFailure: ({ statusCode }) =>
      statusCode === 404 ? { BucketNotFound: true, statusCode } : undefined,
  },
)

export interface DeleteMultipleObjectParams extends BucketParams {
  /** At most 1000 (document 436/8289). */
  Objects: { Key: string; VersionId?: string }[]
  /** Reports only failures. @default false */
  Quiet?: boolean
}

export interface DeleteMultipleObjectResult extends ResultMeta {
  Deleted: { Key: string; VersionId?: string; DeleteMarker?: string }[]
  /** Objects that could not be deleted. */
  Error: { Key: string; Code: string; Message: string; VersionId?: string }[]
}

export const deleteMultipleObject = defineOperation<
  DeleteMultipleObjectParams,
  DeleteMultipleObjectResult
>('POST', 'bucket', 'DeleteObject', {
  subresource: 'delete',
  access: [{ action: 'DeleteObject', on: 'listedObjects' }],
  _contentMd5: true,
  _build: ({ Objects, Quiet }) =>
    xmlBody('Delete', {
      Object: Objects.map(({ Key, VersionId }) => ({ Key, VersionId })),
      Quiet: Quiet || false,
    }),
  _parse: readDocument('DeleteResult', 'Deleted', 'Error'),
})

export interface AppendObjectParams extends ObjectParams, ContentParams {
  /** The content to append. */
  Body: string | ArrayBuffer
  /** The current length of the object, 0 for a new one. */
  Position: number
}

/** The response header `x-cos-next-append-position` is the next Position. */
export const appendObject = defineOperation<AppendObjectParams>('POST', 'object', 'AppendObject', {
  subresource: 'append',
  query: ['position'],
  // A repeated request fails by its Position instead of appending twice, but the failure would hide the success of the first.
  _idempotent: false,
  _build: ({ Body }) => ({ body: checkBody(Body) }),
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
    _idempotent: false,
    _contentMd5: true,
    _build: ({ RestoreRequest }) => xmlBody('RestoreRequest', RestoreRequest),
  },
)
