import { type ObjectParams, operation } from './operation'

export interface MultipartAbortParams extends ObjectParams {
  /** As multipartInit gave it. */
  UploadId: string
}

export const multipartAbort = operation<MultipartAbortParams>(
  'DELETE',
  'object',
  'AbortMultipartUpload',
  { needs: ['uploadId'] },
)
