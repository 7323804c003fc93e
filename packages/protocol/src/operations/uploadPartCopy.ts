import { COPY } from './copy'
import { type ObjectParams, operation, type ResultMeta, readDocument } from './operation'
import type { CopyConditions } from './paramHeaders'

export interface UploadPartCopyParams extends ObjectParams, CopyConditions {
  /** As multipartInit gave it. */
  UploadId: string
  PartNumber: number
  /** `<Bucket>.cos.<Region>.myqcloud.com/<percent-encoded Key>` */
  CopySource: string
  /** `bytes=0-1048575` @default the whole source */
  CopySourceRange?: string
}

export interface UploadPartCopyResult extends ResultMeta {
  ETag: string
  LastModified: string
}

export const uploadPartCopy = operation<UploadPartCopyParams, UploadPartCopyResult>(
  'PUT',
  'object',
  'PutObject',
  { ...COPY, needs: ['partNumber', 'uploadId'], result: readDocument('CopyPartResult') },
)
