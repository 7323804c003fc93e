import type { Own } from './configuration'
import { COPY } from './copy'
import {
  contentOf,
  type ObjectParams,
  objectOperation,
  partRequest,
  type ResultMeta,
} from './operation'
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

export const uploadPartCopy = objectOperation<UploadPartCopyParams, Own<UploadPartCopyResult>>(
  'PUT',
  'PutObject',
  {
    needs: ['partNumber', 'uploadId'],
    ...COPY,
    request: partRequest,
    result: (reply) => contentOf(reply, 'CopyPartResult'),
  },
)
