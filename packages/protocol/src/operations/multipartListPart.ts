import { type ObjectParams, operation, type ResultMeta, readDocument } from './operation'

export interface MultipartListPartParams extends ObjectParams {
  /** As multipartInit gave it. */
  UploadId: string
  EncodingType?: 'url'
  /** 1 to 1000. @default 1000 */
  MaxParts?: number | string
  /** List after this part. */
  PartNumberMarker?: number | string
}

export interface MultipartListPartResult extends ResultMeta {
  Part: { PartNumber: string; ETag: string; Size: string; LastModified: string }[]
  IsTruncated: string
  NextPartNumberMarker?: string
  [element: string]: unknown
}

export const multipartListPart = operation<MultipartListPartParams, MultipartListPartResult>(
  'GET',
  'object',
  'ListParts',
  {
    needs: ['uploadId'],
    query: ['max-parts', 'part-number-marker', 'encoding-type'],
    result: readDocument('ListPartsResult', 'Part'),
  },
)
