import { cosError } from '../errors'
import { decodeOrKeep } from '../key'
import {
  type AnyOperation,
  defineOperation,
  type ObjectParams,
  type ResultMeta,
  readDocument,
} from './define'
import type { ContentParams, CopyConditions } from './params'

/** The object named by a CopySource. */
export interface CopySource {
  Bucket: string
  Region?: string
  Key: string
  VersionId?: string
}

/** A parser of CopySource provided by the app. It returns nothing if it cannot parse the text. */
export type CopySourceParser = (source: string) => CopySource | null | undefined | false

/** Scheme, Bucket, `cos` and its variants (regions of the first generation have none), Region, Key, version. */
const SOURCE =
  /^(?:https?:\/\/)?([a-z\d][a-z\d-]*-\d+)\.(?:cos[^./]*\.)?(?:dualstack\.)?([a-z\d-]+)\.(?:myqcloud\.com|tencentcos\.cn)\/([^?]+)(?:\?versionId=([^&]*))?$/i

/**
 * Parses `<Bucket>.cos.<Region>.myqcloud.com/<encoded Key>[?versionId=…]` as COS does. A key that is not
 * percent-encoded is used unchanged.
 *
 * @param parser replaces the built-in parser
 * @throws CosError `KitInvalidCopySource`
 */
export function parseCopySource(text: string, parser?: CopySourceParser): CopySource {
  const parsed = parser?.(text)
  if (parsed) return { ...parsed, Key: decodeOrKeep(parsed.Key) }
  const [, bucket, region = '', key = '', version] = SOURCE.exec(text) || []
  if (parser || !bucket) {
    const error = 'CopySource format error'
    const message = `${error}: expected "<Bucket>.cos.<Region>.myqcloud.com/<Key>", got ${JSON.stringify(text)}`
    throw cosError('argument', 'KitInvalidCopySource', message, { error })
  }
  const source: CopySource = { Bucket: bucket.toLowerCase(), Key: decodeOrKeep(key) }
  // The accelerated host has no region.
  if (!/^accelerate$/i.test(region)) source.Region = region.toLowerCase()
  if (version) source.VersionId = decodeOrKeep(version)
  return source
}

/** Common to the operations that copy: they read the source and write the target. */
const COPY: Partial<AnyOperation> = {
  copies: true,
  access: [
    { action: 'GetObject', on: 'copySource' },
    { action: 'PutObject', on: 'object' },
  ],
}

export interface PutObjectCopyParams extends ObjectParams, ContentParams, CopyConditions {
  /** `<Bucket>.cos.<Region>.myqcloud.com/<percent-encoded Key>[?versionId=…]` */
  CopySource: string
  /** `'Replaced'` uses headers and metadata of this request instead of the source's. @default 'Copy' */
  MetadataDirective?: 'Copy' | 'Replaced'
  VersionId?: string
}

export interface PutObjectCopyResult extends ResultMeta {
  ETag: string
  LastModified: string
  CRC64?: string
}

export const putObjectCopy = defineOperation<PutObjectCopyParams, PutObjectCopyResult>(
  'PUT',
  'object',
  'PutObject',
  { ...COPY, query: ['versionId'], _parse: readDocument('CopyObjectResult') },
)

export interface UploadPartCopyParams extends ObjectParams, CopyConditions {
  /** The id that multipartInit returned. */
  UploadId: string
  PartNumber: number
  /** `<Bucket>.cos.<Region>.myqcloud.com/<percent-encoded Key>` */
  CopySource: string
  /** `bytes=0-1048575` @default the whole source */
  CopySourceRange?: string
}

export interface UploadPartCopyResult extends ResultMeta {
  ETag: string
  LastModified: string
}

export const uploadPartCopy = defineOperation<UploadPartCopyParams, UploadPartCopyResult>(
  'PUT',
  'object',
  'PutObject',
  {
    ...COPY,
    needs: ['partNumber', 'uploadId'],
    _parse: readDocument('CopyPartResult'),
  },
)
