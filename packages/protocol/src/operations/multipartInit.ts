import { type ObjectParams, operation, type ResultMeta, readDocument } from './operation'
import type { ContentParams } from './paramHeaders'
import { contentDefaults } from './putObject'

export interface MultipartInitParams extends ObjectParams, ContentParams {
  Query?: Record<string, string | number | undefined>
}

export interface MultipartInitResult extends ResultMeta {
  Bucket: string
  Key: string
  /** Names the upload in all further calls. */
  UploadId: string
}

export const multipartInit = operation<MultipartInitParams, MultipartInitResult>(
  'POST',
  'object',
  'InitiateMultipartUpload',
  {
    subresource: 'uploads',
    idempotent: false,
    request: ({ Key, Query }) => ({ query: Query, headers: contentDefaults(Key) }),
    result: readDocument('InitiateMultipartUploadResult'),
  },
)
