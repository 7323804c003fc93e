import { escapeXml } from '../xml/entities'
import { type ObjectParams, operation, type ResultMeta } from './operation'

export interface MultipartCompleteParams extends ObjectParams {
  /** As multipartInit gave it. */
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

export const multipartComplete = operation<MultipartCompleteParams, MultipartCompleteResult>(
  'POST',
  'object',
  'CompleteMultipartUpload',
  {
    needs: ['uploadId'],
    contentMd5: true,
    request: ({ Parts }) => {
      const parts = Parts.map(
        // An ETag in its quotes, whether it came with them or not.
        ({ PartNumber, ETag }) =>
          `<Part><PartNumber>${PartNumber}</PartNumber><ETag>${escapeXml(`"${ETag.replace(/^"|"$/g, '')}"`)}</ETag></Part>`,
      )
      return { body: `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>` }
    },
    result: ({ xml, location }) => ({
      ...(xml('CompleteMultipartUploadResult') as { Bucket: string; Key: string; ETag: string }),
      Location: location,
    }),
  },
)
