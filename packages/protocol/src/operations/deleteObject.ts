import type { Own } from './configuration'
import { type ObjectParams, objectOperation, type ResultMeta, versionRequest } from './operation'

export interface DeleteObjectParams extends ObjectParams {
  VersionId?: string
}

export interface DeleteObjectResult extends ResultMeta {
  /** A 404 is no error here: it can only mean that the bucket does not exist. */
  BucketNotFound?: true
}

export const deleteObject = objectOperation<DeleteObjectParams, Own<DeleteObjectResult>>(
  'DELETE',
  'DeleteObject',
  {
    request: versionRequest,
    forgive: ({ statusCode }) =>
      statusCode === 404 ? { BucketNotFound: true, statusCode } : undefined,
  },
)
