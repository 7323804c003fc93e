import { writeXml } from '../xml/writeXml'
import { type BucketParams, operation, type ResultMeta } from './operation'

export interface PutBucketParams extends BucketParams {
  ACL?: 'private' | 'public-read' | 'public-read-write' | 'authenticated-read'
  GrantRead?: string
  GrantWrite?: string
  GrantReadAcp?: string
  GrantWriteAcp?: string
  GrantFullControl?: string
  /** `'MAZ'`: several availability zones. */
  BucketAZConfig?: string
}

export interface PutBucketResult extends ResultMeta {
  /** `<host>/`, no scheme. */
  Location: string
}

export const putBucket = operation<PutBucketParams, Pick<PutBucketResult, 'Location'>>({
  method: 'PUT',
  target: 'bucket',
  access: [{ action: 'PutBucket', on: 'bucket' }],
  idempotent: false,
  request: ({ BucketAZConfig }) => ({
    body: BucketAZConfig ? writeXml({ CreateBucketConfiguration: { BucketAZConfig } }) : '',
  }),
  result: (reply) => ({ Location: reply.location }),
})

export const headBucket = operation<BucketParams>({
  method: 'HEAD',
  target: 'bucket',
  access: [{ action: 'HeadBucket', on: 'bucket' }],
  idempotent: true,
})

export const deleteBucket = operation<BucketParams>({
  method: 'DELETE',
  target: 'bucket',
  access: [{ action: 'DeleteBucket', on: 'bucket' }],
  idempotent: true,
})
