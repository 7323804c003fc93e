import { listOperation } from './listOperation'
import { type BucketParams, type ResultMeta, readDocument } from './operation'

export interface GetBucketParams extends BucketParams {
  /** Only keys that start with it. @default '' (with `COS.cloud`: the caller's own folder) */
  Prefix?: string
  /** Usually `'/'`: keys that go on after it are folded into CommonPrefixes. */
  Delimiter?: string
  /** List after this key: pass the last `NextMarker`. */
  Marker?: string
  /** 1 to 1000, CommonPrefixes included. @default 1000 */
  MaxKeys?: number | string
  /** `'url'`: keys come percent-encoded; they are not decoded for you. */
  EncodingType?: 'url'
}

export interface ListedObject {
  Key: string
  LastModified: string
  /** Quoted. */
  ETag: string
  /** Bytes, as text. */
  Size: string
  StorageClass: string
  Owner?: { ID: string; DisplayName?: string }
}

export interface GetBucketResult extends ResultMeta {
  Name: string
  Prefix: string
  Marker: string
  MaxKeys: string
  Delimiter?: string
  EncodingType?: string
  /** The text `'true'` when there is more. */
  IsTruncated: string
  /** Where to go on, when truncated. */
  NextMarker?: string
  /** The objects, in the order of their keys. */
  Contents: ListedObject[]
  CommonPrefixes: { Prefix: string }[]
}

export const getBucket = listOperation<GetBucketParams, GetBucketResult>('GetBucket', {
  query: ['delimiter', 'marker', 'max-keys', 'encoding-type'],
  result: readDocument('ListBucketResult', 'Contents', 'CommonPrefixes'),
})
