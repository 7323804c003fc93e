import type { Own } from './configuration'
import {
  eTagOf,
  type ObjectParams,
  objectOperation,
  type ResultMeta,
  versionRequest,
} from './operation'
import type { ReadConditions } from './paramHeaders'

export interface HeadObjectParams extends ObjectParams, ReadConditions {
  VersionId?: string
  Range?: string
}

export interface HeadObjectResult extends ResultMeta {
  /** Quoted. */
  ETag: string
  /** Set when `IfModifiedSince` was given and the object is not newer. */
  NotModified?: true
}

export const headObject = objectOperation<HeadObjectParams, Own<HeadObjectResult>>(
  'HEAD',
  'HeadObject',
  {
    request: versionRequest,
    result: (reply) => ({ ETag: eTagOf(reply) }),
    forgive: ({ statusCode }, { IfModifiedSince }) =>
      statusCode === 304 && IfModifiedSince ? { NotModified: true, statusCode } : undefined,
  },
)
