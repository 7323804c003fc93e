import { type ObjectParams, operation } from './operation'

export interface MultipartAbortParams extends ObjectParams {
  UploadId: string
}

export const multipartAbort = operation<MultipartAbortParams>({
  method: 'DELETE',
  target: 'object',
  needs: ['uploadId'],
  access: [{ action: 'AbortMultipartUpload', on: 'object' }],
  idempotent: true,
  request: ({ UploadId }) => ({ query: { uploadId: UploadId } }),
})
