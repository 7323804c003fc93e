import { type Own, xmlBody } from './configuration'
import {
  contentOf,
  type ObjectParams,
  objectOperation,
  type ResultMeta,
  uploadRequest,
} from './operation'

export interface MultipartCompleteParams extends ObjectParams {
  UploadId: string
  /** In ascending order of PartNumber. */
  Parts: { PartNumber: number; ETag: string }[]
  [meta: `x-cos-meta-${string}`]: string | undefined
}

export interface MultipartCompleteResult extends ResultMeta {
  /** `host/key`, no scheme. */
  Location: string
  Bucket: string
  Key: string
  /** Quoted, `…-<number of parts>`: not an MD5 of the content. */
  ETag: string
}

/** An ETag in its quotes, whether it came with them or not. */
export function quoteETag(etag: string): string {
  return `"${etag.replace(/^"|"$/g, '')}"`
}

export const multipartComplete = objectOperation<
  MultipartCompleteParams,
  Own<MultipartCompleteResult>
>('POST', 'CompleteMultipartUpload', {
  needs: ['uploadId'],
  contentMd5: true,
  request: ({ UploadId, Parts }) => ({
    ...uploadRequest({ UploadId }),
    ...xmlBody('CompleteMultipartUpload', {
      Part: Parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag: quoteETag(ETag) })),
    }),
  }),
  result: (reply) => ({
    ...contentOf<Own<MultipartCompleteResult>>(reply, 'CompleteMultipartUploadResult'),
    Location: reply.location,
  }),
})
