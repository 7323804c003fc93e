import { listOperation } from './listOperation'
import { type BucketParams, type ResultMeta, readDocument } from './operation'

export interface MultipartListParams extends BucketParams {
  /** @default '' (with `COS.cloud`: the caller's own folder) */
  Prefix?: string
  Delimiter?: string
  EncodingType?: 'url'
  /** 1 to 1000. @default 1000 */
  MaxUploads?: number | string
  /** List after this key: pass the last `NextKeyMarker`. */
  KeyMarker?: string
  /** Among uploads of KeyMarker, list after this one: the last `NextUploadIdMarker`. */
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
    result: readDocument('ListMultipartUploadsResult', 'Upload', 'CommonPrefixes'),
  },
)
