import { type ObjectParams, operation, type ResultMeta, readETag } from './operation'
import type { ReadConditions } from './paramHeaders'

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

export const headObject = operation<HeadObjectParams, HeadObjectResult>(
  'HEAD',
  'object',
  'HeadObject',
  {
    query: ['versionId'],
    result: readETag,
    forgive: ({ statusCode }, { IfModifiedSince }) =>
      statusCode === 304 && IfModifiedSince ? { NotModified: true, statusCode } : undefined,
  },
)
