import { asList } from '../xml/readXml'
import type { Own } from './configuration'
import { dashedQuery } from './dashed'
import { type BucketParams, bucketOperation, type ResultMeta } from './operation'

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

export const multipartList = bucketOperation<MultipartListParams, Own<MultipartListResult>>(
  'GET',
  'ListMultipartUploads',
  {
    subresource: 'uploads',
    access: [{ action: 'ListMultipartUploads', on: 'prefix' }],
    request: (params) => ({
      query: {
        prefix: params.Prefix ?? '',
        ...dashedQuery(params, [
          'Delimiter',
          'EncodingType',
          'MaxUploads',
          'KeyMarker',
          'UploadIdMarker',
        ]),
      },
    }),
    result(reply) {
      const body = reply.xml('ListMultipartUploadsResult')
      return {
        ...(body as unknown as Own<MultipartListResult>),
        Upload: asList(body.Upload),
        CommonPrefixes: asList(body.CommonPrefixes),
      }
    },
  },
)
