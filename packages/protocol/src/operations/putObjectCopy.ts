import { type ObjectParams, operation, type ResultMeta } from './operation'
import type { ContentParams, CopyConditions } from './paramHeaders'

export interface PutObjectCopyParams extends ObjectParams, ContentParams, CopyConditions {
  /** `<Bucket>.cos.<Region>.myqcloud.com/<percent-encoded Key>[?versionId=…]` */
  CopySource: string
  /** `'Replaced'` takes headers and metadata from this request. @default 'Copy' */
  MetadataDirective?: 'Copy' | 'Replaced'
  VersionId?: string
}

export interface PutObjectCopyResult extends ResultMeta {
  ETag: string
  LastModified: string
  CRC64?: string
}

export const putObjectCopy = operation<
  PutObjectCopyParams,
  Omit<PutObjectCopyResult, keyof ResultMeta>
>({
  method: 'PUT',
  target: 'object',
  copies: true,
  access: [
    { action: 'GetObject', on: 'copySource' },
    { action: 'PutObject', on: 'object' },
  ],
  idempotent: true,
  request: ({ VersionId }) => ({ query: { versionId: VersionId } }),
  result: (reply) =>
    reply.xml('CopyObjectResult') as unknown as Omit<PutObjectCopyResult, keyof ResultMeta>,
})
