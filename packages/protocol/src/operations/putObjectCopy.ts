import { COPY } from './copy'
import { type ObjectParams, operation, type ResultMeta, readDocument } from './operation'
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

export const putObjectCopy = operation<PutObjectCopyParams, PutObjectCopyResult>(
  'PUT',
  'object',
  'PutObject',
  { ...COPY, query: ['versionId'], result: readDocument('CopyObjectResult') },
)
