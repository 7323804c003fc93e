import { asList } from '../xml/readXml'
import { type Own, xmlBody } from './configuration'
import { type BucketParams, bucketOperation, type ResultMeta } from './operation'

export interface DeleteMultipleObjectParams extends BucketParams {
  /** At most 1000 (document 436/8289). */
  Objects: { Key: string; VersionId?: string }[]
  /** Report failures only. @default false */
  Quiet?: boolean
}

export interface DeleteMultipleObjectResult extends ResultMeta {
  Deleted: { Key: string; VersionId?: string; DeleteMarker?: string }[]
  Error: { Key: string; Code: string; Message: string; VersionId?: string }[]
}

export const deleteMultipleObject = bucketOperation<
  DeleteMultipleObjectParams,
  Own<DeleteMultipleObjectResult>
>('POST', 'DeleteObject', {
  subresource: 'delete',
  access: [{ action: 'DeleteObject', on: 'listedObjects' }],
  contentMd5: true,
  request: ({ Objects, Quiet }) =>
    xmlBody('Delete', {
      Object: Objects.map(({ Key, VersionId }) => ({ Key, VersionId })),
      Quiet: Quiet ?? false,
    }),
  result(reply) {
    const body = reply.xml('DeleteResult')
    return { Deleted: asList(body.Deleted), Error: asList(body.Error) }
  },
})
