import { type ObjectParams, operation, type ResultMeta } from './operation'
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

export const headObject = operation<HeadObjectParams, Pick<HeadObjectResult, 'ETag'>>({
  method: 'HEAD',
  target: 'object',
  access: [{ action: 'HeadObject', on: 'object' }],
  idempotent: true,
  request: ({ VersionId }) => ({ query: { versionId: VersionId } }),
  result: (reply) => ({ ETag: reply.headers.etag ?? '' }),
  forgive: ({ statusCode }, { IfModifiedSince }) =>
    statusCode === 304 && IfModifiedSince ? { NotModified: true, statusCode } : undefined,
})
