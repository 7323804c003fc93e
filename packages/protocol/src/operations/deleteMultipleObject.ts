import { type BucketParams, operation, type ResultMeta, readDocument } from './operation'
import { xmlBody } from './xmlBody'

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

export const deleteMultipleObject = operation<
  DeleteMultipleObjectParams,
  DeleteMultipleObjectResult
>('POST', 'bucket', 'DeleteObject', {
  subresource: 'delete',
  access: [{ action: 'DeleteObject', on: 'listedObjects' }],
  contentMd5: true,
  request: ({ Objects, Quiet }) =>
    xmlBody('Delete', {
      Object: Objects.map(({ Key, VersionId }) => ({ Key, VersionId })),
      Quiet: Quiet || false,
    }),
  result: readDocument('DeleteResult', 'Deleted', 'Error'),
})
