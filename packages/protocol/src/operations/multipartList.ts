import { asList } from '../xml/readXml'
import { type BucketParams, operation, type ResultMeta } from './operation'

export interface MultipartListParams extends BucketParams {
  /** @default '' (with `COS.cloud`: the caller's own folder) */
  Prefix?: string
  Delimiter?: string
  EncodingType?: 'url'
  /** 1 to 1000. @default 1000 */
  MaxUploads?: number | string
  KeyMarker?: string
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

export const multipartList = operation<
  MultipartListParams,
  Pick<MultipartListResult, 'Upload' | 'CommonPrefixes'>
>({
  method: 'GET',
  target: 'bucket',
  subresource: 'uploads',
  access: [{ action: 'ListMultipartUploads', on: 'prefix' }],
  idempotent: true,
  request: (params) => ({
    query: {
      prefix: params.Prefix ?? '',
      delimiter: params.Delimiter,
      'encoding-type': params.EncodingType,
      'max-uploads': params.MaxUploads,
      'key-marker': params.KeyMarker,
      'upload-id-marker': params.UploadIdMarker,
    },
  }),
  result(reply) {
    const body = reply.xml('ListMultipartUploadsResult')
    return { ...body, Upload: asList(body.Upload), CommonPrefixes: asList(body.CommonPrefixes) }
  },
})
