import { type ObjectParams, objectOperation, uploadRequest } from './operation'

export interface MultipartAbortParams extends ObjectParams {
  UploadId: string
}

export const multipartAbort = objectOperation<MultipartAbortParams>(
  'DELETE',
  'AbortMultipartUpload',
  { needs: ['uploadId'], request: uploadRequest },
)
