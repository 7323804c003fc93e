import { all, list } from './form'
import { listOperation } from './listOperation'
import type { BucketParams, ResultMeta } from './operation'

export interface ListObjectVersionsParams extends BucketParams {
  /** @default '' (with `COS.cloud`: the caller's own folder) */
  Prefix?: string
  Delimiter?: string
  /** List after this key: pass the last `NextKeyMarker`. */
  KeyMarker?: string
  /** Among versions of KeyMarker, list after this one: the last `NextVersionIdMarker`. */
  VersionIdMarker?: string
  /** 1 to 1000. @default 1000 */
  MaxKeys?: number | string
  EncodingType?: 'url'
}

export interface ObjectVersion {
  Key: string
  VersionId: string
  /** `'true'` or `'false'` */
  IsLatest: string
  LastModified: string
  ETag?: string
  Size?: string
  StorageClass?: string
  Owner?: { ID: string; DisplayName?: string }
}

export interface ListObjectVersionsResult extends ResultMeta {
  Versions: ObjectVersion[]
  DeleteMarkers: ObjectVersion[]
  IsTruncated: string
  NextKeyMarker?: string
  NextVersionIdMarker?: string
  [element: string]: unknown
}

const [, readVersions] = all(list('Version'), list('DeleteMarker'))

export const listObjectVersions = listOperation<ListObjectVersionsParams, ListObjectVersionsResult>(
  'GetBucketObjectVersions',
  {
    subresource: 'versions',
    query: ['delimiter', 'key-marker', 'version-id-marker', 'max-keys', 'encoding-type'],
    result: ({ xml }) => readVersions(xml('ListVersionsResult')) as never,
  },
)
