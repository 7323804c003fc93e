import { type BucketParams, operation, type ResultMeta } from './operation'
import { xmlBody } from './xmlBody'

export interface PutBucketParams extends BucketParams {
  /** @default 'private' */
  ACL?: 'private' | 'public-read' | 'public-read-write' | 'authenticated-read'
  /** Who may read: `id="100000000001"`, several with commas. */
  GrantRead?: string
  /** Who may write, written like GrantRead. */
  GrantWrite?: string
  /** Who may read these rights. */
  GrantReadAcp?: string
  /** Who may change these rights. */
  GrantWriteAcp?: string
  /** Who may do all of that. */
  GrantFullControl?: string
  /** `'MAZ'`: several availability zones. */
  BucketAZConfig?: string
}

export interface PutBucketResult extends ResultMeta {
  /** `<host>/`, no scheme. */
  Location: string
}

export const putBucket = operation<PutBucketParams, PutBucketResult>('PUT', 'bucket', 'PutBucket', {
  idempotent: false,
  request: ({ BucketAZConfig }) =>
    BucketAZConfig ? xmlBody('CreateBucketConfiguration', { BucketAZConfig }) : { body: '' },
  result: ({ location }) => ({ Location: location }),
})

export const headBucket = operation<BucketParams>('HEAD', 'bucket', 'HeadBucket')

export const deleteBucket = operation<BucketParams>('DELETE', 'bucket', 'DeleteBucket')
