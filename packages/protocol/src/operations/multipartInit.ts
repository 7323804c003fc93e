import { type ObjectParams, operation, type ResultMeta } from './operation'
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

export const multipartInit = operation<
  MultipartInitParams,
  Omit<MultipartInitResult, keyof ResultMeta>
>({
  method: 'POST',
  target: 'object',
  subresource: 'uploads',
  access: [{ action: 'InitiateMultipartUpload', on: 'object' }],
  idempotent: false,
  request: (params) => ({ query: params.Query, headers: contentDefaults(params) }),
  result: (reply) =>
    reply.xml('InitiateMultipartUploadResult') as unknown as Omit<
      MultipartInitResult,
      keyof ResultMeta
    >,
})
