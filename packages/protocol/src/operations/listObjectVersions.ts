import { asList } from '../xml/readXml'
import type { Own } from './configuration'
import { dashedQuery } from './dashed'
import { type BucketParams, bucketOperation, type ResultMeta } from './operation'

export interface ListObjectVersionsParams extends BucketParams {
  /** @default '' (with `COS.cloud`: the caller's own folder) */
  Prefix?: string
  Delimiter?: string
  KeyMarker?: string
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

export const listObjectVersions = bucketOperation<
  ListObjectVersionsParams,
  Own<ListObjectVersionsResult>
>('GET', 'GetBucketObjectVersions', {
  subresource: 'versions',
  access: [{ action: 'GetBucketObjectVersions', on: 'prefix' }],
  request: (params) => ({
    query: {
      prefix: params.Prefix ?? '',
      ...dashedQuery(params, [
        'Delimiter',
        'KeyMarker',
        'VersionIdMarker',
        'MaxKeys',
        'EncodingType',
      ]),
    },
  }),
  result(reply) {
    const { Version, DeleteMarker, ...rest } = reply.xml('ListVersionsResult')
    return {
      ...(rest as unknown as Own<ListObjectVersionsResult>),
      Versions: asList(Version),
      DeleteMarkers: asList(DeleteMarker),
    }
  },
})
