import { argumentError } from '../errors/CosError'
import { foldsToRoot } from '../key/foldsToRoot'
import { CONDITIONS } from './conditions'
import { type ObjectParams, operation, type ResultMeta, readETag } from './operation'
import { headerGroup, type ReadConditions } from './paramHeaders'

headerGroup('', '', CONDITIONS)

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

/** Headers that a param `Response…` replaces. */
const OVERRIDES =
  'content-type content-language expires cache-control content-disposition content-encoding'.split(
    ' ',
  )

export const getObject = operation<GetObjectParams, GetObjectResult>('GET', 'object', 'GetObject', {
  isContent: true,
  query: ['versionId', ...OVERRIDES.map((name) => `response-${name}`)],
  refuseKey(Key) {
    if (!foldsToRoot(Key)) return
    // In the official client's words.
    const message = 'The Getobject Key is illegal'
    throw argumentError('KitInvalidKey', message, { message })
  },
  request: ({ Query }) => ({ query: Query }),
  result: (reply) => ({ Body: (reply.body || '') as string | ArrayBuffer, ...readETag(reply) }),
  forgive: ({ statusCode }, { IfModifiedSince }) =>
    statusCode === 304 && IfModifiedSince ? { NotModified: true } : undefined,
})
