import { type ObjectParams, operation, type ResultMeta, readETag } from './operation'
import { checkBody } from './putObject'

export interface MultipartUploadParams extends ObjectParams {
  /** As multipartInit gave it. */
  UploadId: string
  /** 1 to 10000 (document 436/14112). */
  PartNumber: number
  /** 1 MiB to 5 GiB; the last part may be smaller. */
  Body: string | ArrayBuffer
  /** Base64 MD5 of the content; COS refuses the upload when it differs. */
  ContentMD5?: string
  ContentLength?: number
  /** bit/s, 819200 to 838860800 (document 436/40140). */
  TrafficLimit?: number
  /** `'AES256'`: encryption with a key that you keep. */
  SSECustomerAlgorithm?: string
  /** That key, in Base64. */
  SSECustomerKey?: string
  /** The key's MD5, in Base64. */
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
