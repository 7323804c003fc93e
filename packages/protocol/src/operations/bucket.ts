import { writeXml } from '../xml/writeXml'
import type { Own } from './configuration'
import { type BucketParams, bucketOperation, type ResultMeta } from './operation'

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

export const putBucket = bucketOperation<PutBucketParams, Own<PutBucketResult>>(
  'PUT',
  'PutBucket',
  {
    idempotent: false,
    request: ({ BucketAZConfig }) => ({
      body: BucketAZConfig ? writeXml({ CreateBucketConfiguration: { BucketAZConfig } }) : '',
    }),
    result: (reply) => ({ Location: reply.location }),
  },
)

export const headBucket = bucketOperation<BucketParams>('HEAD', 'HeadBucket')

export const deleteBucket = bucketOperation<BucketParams>('DELETE', 'DeleteBucket')
