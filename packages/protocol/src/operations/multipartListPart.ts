import { asList } from '../xml/readXml'
import type { Own } from './configuration'
import { dashedQuery } from './dashed'
import { type ObjectParams, objectOperation, type ResultMeta, uploadRequest } from './operation'

export interface MultipartListPartParams extends ObjectParams {
  UploadId: string
  EncodingType?: 'url'
  /** 1 to 1000. @default 1000 */
  MaxParts?: number | string
  PartNumberMarker?: number | string
}

export interface MultipartListPartResult extends ResultMeta {
  Part: { PartNumber: string; ETag: string; Size: string; LastModified: string }[]
  IsTruncated: string
  NextPartNumberMarker?: string
  [element: string]: unknown
}

export const multipartListPart = objectOperation<
  MultipartListPartParams,
  Own<MultipartListPartResult>
>('GET', 'ListParts', {
  needs: ['uploadId'],
  request: (params) => ({
    query: {
      ...uploadRequest(params).query,
      ...dashedQuery(params, ['EncodingType', 'MaxParts', 'PartNumberMarker']),
    },
  }),
  result(reply) {
    const body = reply.xml('ListPartsResult')
    return { ...(body as unknown as Own<MultipartListPartResult>), Part: asList(body.Part) }
  },
})
