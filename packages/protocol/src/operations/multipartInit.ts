import type { Own } from './configuration'
import { contentOf, type ObjectParams, objectOperation, type ResultMeta } from './operation'
import type { ContentParams } from './paramHeaders'
import { contentDefaults } from './putObject'

export interface MultipartInitParams extends ObjectParams, ContentParams {
  Query?: Record<string, string | number | undefined>
}

export interface MultipartInitResult extends ResultMeta {
  Bucket: string
  Key: string
  UploadId: string
}

export const multipartInit = objectOperation<MultipartInitParams, Own<MultipartInitResult>>(
  'POST',
  'InitiateMultipartUpload',
  {
    subresource: 'uploads',
    idempotent: false,
    request: (params) => ({ query: params.Query, headers: contentDefaults(params) }),
    result: (reply) => contentOf(reply, 'InitiateMultipartUploadResult'),
  },
)
