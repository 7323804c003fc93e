import { writeXml } from '../xml/writeXml'
import { type ObjectParams, operation, type ResultMeta } from './operation'

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

export const multipartComplete = operation<
  MultipartCompleteParams,
  Omit<MultipartCompleteResult, keyof ResultMeta>
>({
  method: 'POST',
  target: 'object',
  needs: ['uploadId'],
  access: [{ action: 'CompleteMultipartUpload', on: 'object' }],
  idempotent: true,
  contentMd5: true,
  request: ({ UploadId, Parts }) => ({
    query: { uploadId: UploadId },
    body: writeXml({
      CompleteMultipartUpload: {
        Part: Parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag: quoteETag(ETag) })),
      },
    }),
  }),
  result: (reply) => ({
    ...(reply.xml('CompleteMultipartUploadResult') as unknown as Omit<
      MultipartCompleteResult,
      keyof ResultMeta
    >),
    Location: reply.location,
  }),
})
