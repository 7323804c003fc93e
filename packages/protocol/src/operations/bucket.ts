import { asElement, asList } from '../xmlElement'
import { subresourceOperation, xmlBody } from './configuration'
import { type BucketParams, type CallParams, defineOperation, type ResultMeta } from './define'

export interface GetServiceParams extends CallParams {
  /** Lists only the buckets of this region. @default all regions */
  Region?: string
}

export interface BucketInfo {
  Name: string
  Location: string
  CreationDate: string
  BucketType?: string
}

export interface GetServiceResult extends ResultMeta {
  Owner: { ID?: string; DisplayName?: string }
  Buckets: BucketInfo[]
}

export const getService = defineOperation<GetServiceParams, GetServiceResult>(
  'GET',
  'service',
  'GetService',
  {
    _parse({ xml }) {
      const { Owner, Buckets } = xml('ListAllMyBucketsResult')
      return { Buckets: asList(asElement(Buckets).Bucket), Owner: asElement(Owner) }
    },
  },
)

export interface PutBucketParams extends BucketParams {
  /** @default 'private' */
  ACL?: 'private' | 'public-read' | 'public-read-write' | 'authenticated-read'
  /** Grants read access: `id="100000000001"`, several separated by commas. */
  GrantRead?: string
  /** Grants write access, written like GrantRead. */
  GrantWrite?: string
  /** Grants reading the ACL, written like GrantRead. */
  GrantReadAcp?: string
  /** Grants changing the ACL, written like GrantRead. */
  GrantWriteAcp?: string
  /** Grants full control, written like GrantRead. */
  GrantFullControl?: string
  /** `'MAZ'`: several availability zones. */
  BucketAZConfig?: string
}

export interface PutBucketResult extends ResultMeta {
  /** `<host>/`, no scheme. */
  Location: string
}

export const putBucket = defineOperation<PutBucketParams, PutBucketResult>(
  'PUT',
  'bucket',
  'PutBucket',
  {
    _idempotent: false,
    _build: ({ BucketAZConfig }) =>
      BucketAZConfig ? xmlBody('CreateBucketConfiguration', { BucketAZConfig }) : { body: '' },
    _parse: ({ location }) => ({ Location: location }),
  },
)

export const headBucket = defineOperation<BucketParams>('HEAD', 'bucket', 'HeadBucket')

export const deleteBucket = defineOperation<BucketParams>('DELETE', 'bucket', 'DeleteBucket')

export const getBucketLocation = subresourceOperation<
  BucketParams,
  ResultMeta & { LocationConstraint?: string }
>('Get', 'Bucket', 'Location', { _parse: ({ xml }) => xml('') })
