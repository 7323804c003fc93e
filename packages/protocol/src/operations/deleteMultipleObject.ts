import { asList } from '../xml/readXml'
import { writeXml } from '../xml/writeXml'
import { type BucketParams, operation, type ResultMeta } from './operation'

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

export const deleteMultipleObject = operation<
  DeleteMultipleObjectParams,
  Pick<DeleteMultipleObjectResult, 'Deleted' | 'Error'>
>({
  method: 'POST',
  target: 'bucket',
  subresource: 'delete',
  access: [{ action: 'DeleteObject', on: 'listedObjects' }],
  idempotent: true,
  contentMd5: true,
  request: ({ Objects, Quiet }) => ({
    body: writeXml({
      Delete: {
        Object: Objects.map(({ Key, VersionId }) => ({ Key, VersionId })),
        Quiet: Quiet ?? false,
      },
    }),
  }),
  result(reply) {
    const body = reply.xml('DeleteResult')
    return { Deleted: asList(body.Deleted), Error: asList(body.Error) }
  },
})
