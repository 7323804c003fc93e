import { asList } from '../xml/readXml'
import { type ObjectParams, operation, type ResultMeta } from './operation'

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

export const multipartListPart = operation<
  MultipartListPartParams,
  Pick<MultipartListPartResult, 'Part'>
>({
  method: 'GET',
  target: 'object',
  needs: ['uploadId'],
  access: [{ action: 'ListParts', on: 'object' }],
  idempotent: true,
  request: (params) => ({
    query: {
      uploadId: params.UploadId,
      'encoding-type': params.EncodingType,
      'max-parts': params.MaxParts,
      'part-number-marker': params.PartNumberMarker,
    },
  }),
  result(reply) {
    const body = reply.xml('ListPartsResult')
    return { ...body, Part: asList(body.Part) }
  },
})
