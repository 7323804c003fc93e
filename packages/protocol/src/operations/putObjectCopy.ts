import type { Own } from './configuration'
import { COPY } from './copy'
import {
  contentOf,
  type ObjectParams,
  objectOperation,
  type ResultMeta,
  versionRequest,
} from './operation'
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

export const putObjectCopy = objectOperation<PutObjectCopyParams, Own<PutObjectCopyResult>>(
  'PUT',
  'PutObject',
  {
    ...COPY,
    request: versionRequest,
    result: (reply) => contentOf(reply, 'CopyObjectResult'),
  },
)
