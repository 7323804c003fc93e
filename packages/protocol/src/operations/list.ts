import { all, list } from './configuration'
import {
  type BucketParams,
  defineOperation,
  type Operation,
  type ResultMeta,
  readDocument,
} from './define'

/** Declares a list operation. Its access is checked on the prefix, which is sent even if it is empty. */
function listOperation<Params extends BucketParams & { Prefix?: string }, Result>(
  action: string,
  details: Partial<Operation<Params, Result>>,
): Operation<Params, Result> {
  return defineOperation<Params, Result>('GET', 'bucket', action, {
    access: [{ action, on: 'prefix' }],
    _build: ({ Prefix }) => ({ query: { prefix: Prefix || '' } }),
    ...details,
  })
}

export interface GetBucketParams extends BucketParams {
  /** Lists only keys that start with it. @default '' (with `COS.cloud`: the caller's own folder) */
  Prefix?: string
  /** Usually `'/'`: keys that contain it after the prefix are grouped into CommonPrefixes. */
  Delimiter?: string
  /** Lists keys after this one: the last `NextMarker`. */
  Marker?: string
  /** 1 to 1000, including CommonPrefixes. @default 1000 */
  MaxKeys?: number | string
  /** `'url'` returns percent-encoded keys, which are not decoded. */
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
  /** The string `'true'` if there are further pages. */
  IsTruncated: string
  /** The Marker of the next page; undefined on the last page. */
  NextMarker?: string
  /** The objects, ordered by key. */
  Contents: ListedObject[]
  CommonPrefixes: { Prefix: string }[]
}

export const getBucket = listOperation<GetBucketParams, GetBucketResult>('GetBucket', {
  query: ['delimiter', 'marker', 'max-keys', 'encoding-type'],
  _parse: readDocument('ListBucketResult', 'Contents', 'CommonPrefixes'),
})

export interface ListObjectVersionsParams extends BucketParams {
  /** @default '' (with `COS.cloud`: the caller's own folder) */
  Prefix?: string
  Delimiter?: string
  /** Lists keys after this one: the last `NextKeyMarker`. */
  KeyMarker?: string
  /** Among versions of KeyMarker, lists those after this one: the last `NextVersionIdMarker`. */
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
    _parse: ({ xml }) => readVersions(xml('ListVersionsResult')),
  },
)

export interface MultipartListParams extends BucketParams {
  /** @default '' (with `COS.cloud`: the caller's own folder) */
  Prefix?: string
  Delimiter?: string
  EncodingType?: 'url'
  /** 1 to 1000. @default 1000 */
  MaxUploads?: number | string
  /** Lists keys after this one: the last `NextKeyMarker`. */
  KeyMarker?: string
  /** Among uploads of KeyMarker, lists those after this one: the last `NextUploadIdMarker`. */
  UploadIdMarker?: string
}

export interface MultipartListResult extends ResultMeta {
  Upload: { Key: string; UploadId: string; Initiated: string; StorageClass: string }[]
  CommonPrefixes: { Prefix: string }[]
  IsTruncated: string
  NextKeyMarker?: string
  NextUploadIdMarker?: string
  [element: string]: unknown
}

export const multipartList = listOperation<MultipartListParams, MultipartListResult>(
  'ListMultipartUploads',
  {
    subresource: 'uploads',
    query: ['delimiter', 'encoding-type', 'max-uploads', 'key-marker', 'upload-id-marker'],
    _parse: readDocument('ListMultipartUploadsResult', 'Upload', 'CommonPrefixes'),
  },
)
