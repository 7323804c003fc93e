import { type ObjectParams, operation, type ResultMeta } from './operation'

export interface DeleteObjectParams extends ObjectParams {
  /** A version to remove for good. @default a delete marker, where versions are kept */
  VersionId?: string
}

export interface DeleteObjectResult extends ResultMeta {
  /** A 404 is no error here: it can only mean that the bucket does not exist. */
  BucketNotFound?: true
}

export const deleteObject = operation<DeleteObjectParams, DeleteObjectResult>(
  'DELETE',
  'object',
  'DeleteObject',
  {
    query: ['versionId'],
    forgive: ({ statusCode }) =>
      statusCode === 404 ? { BucketNotFound: true, statusCode } : undefined,
  },
)
