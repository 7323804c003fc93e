import type { Own } from './configuration'
import {
  eTagOf,
  type ObjectParams,
  objectOperation,
  partRequest,
  type ResultMeta,
} from './operation'
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

export const multipartUpload = objectOperation<MultipartUploadParams, Own<MultipartUploadResult>>(
  'PUT',
  'UploadPart',
  {
    needs: ['partNumber', 'uploadId'],
    request: (params) => ({ ...partRequest(params), body: checkBody(params.Body) }),
    result: (reply) => ({ ETag: eTagOf(reply) }),
  },
)
