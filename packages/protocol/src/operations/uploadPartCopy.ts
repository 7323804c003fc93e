import { type ObjectParams, operation, type ResultMeta } from './operation'
import type { CopyConditions } from './paramHeaders'

export interface UploadPartCopyParams extends ObjectParams, CopyConditions {
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

export const uploadPartCopy = operation<
  UploadPartCopyParams,
  Omit<UploadPartCopyResult, keyof ResultMeta>
>({
  method: 'PUT',
  target: 'object',
  needs: ['partNumber', 'uploadId'],
  copies: true,
  access: [
    { action: 'GetObject', on: 'copySource' },
    { action: 'PutObject', on: 'object' },
  ],
  idempotent: true,
  request: ({ PartNumber, UploadId }) => ({
    query: { partNumber: PartNumber, uploadId: UploadId },
  }),
  result: (reply) =>
    reply.xml('CopyPartResult') as unknown as Omit<UploadPartCopyResult, keyof ResultMeta>,
})
