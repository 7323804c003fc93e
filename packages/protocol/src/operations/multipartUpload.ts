import { type ObjectParams, operation, type ResultMeta, readETag } from './operation'
import { checkBody } from './putObject'

export interface MultipartUploadParams extends ObjectParams {
  UploadId: string
  /** 1 to 10000 (document 436/14112). */
  PartNumber: number
  /** 1 MiB to 5 GiB; the last part may be smaller. */
  Body: string | ArrayBuffer
  ContentMD5?: string
  ContentLength?: number
  TrafficLimit?: number
  SSECustomerAlgorithm?: string
  SSECustomerKey?: string
  SSECustomerKeyMD5?: string
}

export interface MultipartUploadResult extends ResultMeta {
  /** Quoted: pass it to multipartComplete. */
  ETag: string
}

export const multipartUpload = operation<MultipartUploadParams, MultipartUploadResult>(
  'PUT',
  'object',
  'UploadPart',
  {
    needs: ['partNumber', 'uploadId'],
    request: ({ Body }) => ({ body: checkBody(Body) }),
    result: readETag,
  },
)
