import { contentTypeOf } from '@miniprogram-cos/protocol'
import { readAclHeaders } from '../acl'
import { CosServiceError, invalidArgument, notImplemented } from '../errors'
import type { CosRequest } from '../request'
import { NULL_VERSION, type OverwriteGuard } from '../store/objects'
import type { BucketRecord, ObjectHeaders, ObjectRecord } from '../store/records'
import { parseRoot, text } from '../xmlElements'
import { parseTagHeader, restoreHeaders } from './aclTaggingRestore'
import { findDefaultEncryption } from './configurationChecks'

/** Headers that are stored with an object and returned with it (document 436/7749). */
const STORED_HEADERS = [
  'Cache-Control',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Type',
  'Expires',
]

const MAX_META_BYTES = 2048

const STORAGE_CLASSES = new Set([
  'STANDARD',
  'STANDARD_IA',
  'MAZ_STANDARD',
  'MAZ_STANDARD_IA',
  'INTELLIGENT_TIERING',
  'MAZ_INTELLIGENT_TIERING',
  'ARCHIVE',
  'DEEP_ARCHIVE',
])

/** Headers that are refused because their effect is not imitated. */
export const NOT_IMITATED = [
  'x-cos-server-side-encryption-cos-kms-key-id',
  'x-cos-server-side-encryption-context',
  'x-cos-server-side-encryption-customer-algorithm',
  'x-cos-server-side-encryption-customer-key',
  'x-cos-server-side-encryption-customer-key-md5',
  'x-cos-callback',
  'x-cos-return-body',
  'x-cos-object-lock-mode',
]

/** @throws CosServiceError `NotImplemented` naming the header */
export function refuseNotImitated(headers: CosRequest['headers'], ...others: string[]): void {
  const refused = [...NOT_IMITATED, ...others].find((name) => headers[name] !== undefined)
  if (refused) {
    throw notImplemented(`the header ${refused}`)
  }
}

/** The attributes that an upload's headers set: headers, storage class, ACL, tags and encryption of the object. */
export type ObjectAttributes = Pick<
  ObjectRecord,
  'headers' | 'storageClass' | 'acl' | 'tags' | 'encryption'
>

/** Refuses names and values of form fields that a header cannot have. @throws CosServiceError `InvalidArgument` */
export function checkHeader(name: string, value: string | undefined): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those that a header cannot have
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(name) && !/[\x00-\x08\x0a-\x1f\x7f]/.test(value ?? '')) return
  throw invalidArgument(`The header ${JSON.stringify(name)} is not valid.`)
}

/** The attributes that an upload's headers, or a form's fields, set. @throws CosServiceError */
export function readAttributes(
  headers: CosRequest['headers'],
  key: string,
  bucket: BucketRecord,
): ObjectAttributes {
  const stored: ObjectHeaders = {}
  for (const [name, value] of Object.entries(headers)) checkHeader(name, value)
  for (const name of STORED_HEADERS) {
    const value = headers[name.toLowerCase()]
    if (value) stored[name] = value
  }
  stored['Content-Type'] ??= contentTypeOf(key)
  let metaBytes = 0
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || !name.startsWith('x-cos-meta-')) continue
    if (!/^x-cos-meta-[a-z0-9-]+$/.test(name)) {
      throw invalidArgument(`The name of the metadata ${name} is not valid.`)
    }
    stored[name] = value
    metaBytes += Buffer.byteLength(name) + Buffer.byteLength(value)
  }
  if (metaBytes > MAX_META_BYTES) {
    throw invalidArgument('Your metadata headers exceed the maximum allowed size.')
  }
  const storageClass = headers['x-cos-storage-class'] || 'STANDARD'
  if (!STORAGE_CLASSES.has(storageClass)) {
    throw new CosServiceError('NotSupportedStorageClass')
  }
  const acl = readAclHeaders(headers, 'object')
  const tags = headers['x-cos-tagging'] ? parseTagHeader(headers['x-cos-tagging']) : undefined
  return {
    headers: stored,
    storageClass,
    ...(acl ? { acl } : {}),
    ...(tags ? { tags } : {}),
    ...chooseEncryption(headers, bucket),
  }
}

/** The response headers of GET and HEAD. */
export function buildResponseHeaders(
  object: ObjectRecord,
  now: number,
): Record<string, string | number> {
  return {
    'Accept-Ranges': 'bytes',
    ...object.headers,
    ETag: `"${object.etag}"`,
    'Last-Modified': new Date(object.lastModified).toUTCString(),
    'x-cos-hash-crc64ecma': object.crc64,
    ...(object.storageClass === 'STANDARD' ? {} : { 'x-cos-storage-class': object.storageClass }),
    ...restoreHeaders(object, now),
    ...encryptionHeader(object),
    ...(object.versionId ? { 'x-cos-version-id': object.versionId } : {}),
    ...(object.isAppendable
      ? {
          'x-cos-object-type': 'appendable',
          'x-cos-next-append-position': object.size,
        }
      : {}),
    ...(object.tags?.length ? { 'x-cos-tagging-count': object.tags.length } : {}),
  }
}

const SSE_HEADER = 'x-cos-server-side-encryption'

/** Algorithms of COS that are not imitated: SSE-KMS and SM4. */
const OTHER_ALGORITHMS = ['cos/kms', 'KMS', 'SM4']

/**
 * The encryption algorithm of an upload: from its header, otherwise the bucket's default (documents 436/7728, 436/40137).
 * Only the headers are imitated; the content is not encrypted.
 * @throws CosServiceError `SSEContentNotSupported`; `NotImplemented` for SSE-KMS
 */
function chooseEncryption(
  headers: CosRequest['headers'],
  bucket: BucketRecord,
): { encryption?: 'AES256' } {
  const algorithm = headers[SSE_HEADER] || defaultAlgorithm(bucket)
  if (algorithm === undefined) return {}
  if (algorithm === 'AES256') return { encryption: 'AES256' }
  if (!OTHER_ALGORITHMS.includes(algorithm)) throw new CosServiceError('SSEContentNotSupported')
  throw notImplemented(`encryption by ${algorithm}`)
}

function defaultAlgorithm({ documents }: BucketRecord): string | undefined {
  if (!documents?.encryption) return undefined
  const configuration = parseRoot(documents.encryption, 'ServerSideEncryptionConfiguration')
  return text(findDefaultEncryption(configuration), 'SSEAlgorithm')
}

/** The response header of an encrypted object. */
export function encryptionHeader({
  encryption,
}: Pick<ObjectRecord, 'encryption'>): Record<string, string> {
  return encryption ? { [SSE_HEADER]: encryption } : {}
}

/** The version header of a write. Without versioning, or while it is suspended, there is none. */
export function versionHeader({ versionId }: ObjectRecord): Record<string, string> {
  return versionId && versionId !== NULL_VERSION ? { 'x-cos-version-id': versionId } : {}
}

/** Refuses reads with an SSE-COS header (document 436/7728). @throws CosServiceError `SSEHeaderNotAllowed` */
export function refuseSseHeader(headers: CosRequest['headers']): void {
  if (headers[SSE_HEADER] !== undefined) throw new CosServiceError('SSEHeaderNotAllowed')
}

/**
 * Checks an object against the conditional headers of a request (RFC 9110, document 436/7753).
 * @param prefix `x-cos-copy-source-` for the conditions of a copy source
 * @returns `notModified` if a read is to be answered without the object
 * @throws CosServiceError `PreconditionFailed`
 */
export function checkConditions(
  object: ObjectRecord,
  headers: CosRequest['headers'],
  prefix = '',
): 'ok' | 'notModified' {
  const condition = (name: string) => headers[`${prefix}${name}`]
  const [match, noneMatch] = [condition('if-match'), condition('if-none-match')]
  const [modifiedSince, unmodifiedSince] = [
    condition('if-modified-since'),
    condition('if-unmodified-since'),
  ]
  // Comparisons with an unreadable date, which is NaN, are false: the condition is ignored.
  const modified = Math.floor(Date.parse(object.lastModified) / 1000) * 1000
  const holds =
    match !== undefined
      ? matchesETag(match, object.etag)
      : !(unmodifiedSince !== undefined && modified > Date.parse(unmodifiedSince))
  if (!holds) throw new CosServiceError('PreconditionFailed')
  const isUnchanged =
    noneMatch !== undefined
      ? matchesETag(noneMatch, object.etag)
      : modifiedSince !== undefined && modified <= Date.parse(modifiedSince)
  return isUnchanged ? 'notModified' : 'ok'
}

function matchesETag(list: string, etag: string): boolean {
  return list
    .split(',')
    .map((entry) => entry.trim().replace(/^W\//, '').replace(/^"|"$/g, ''))
    .some((entry) => entry === '*' || entry === etag)
}

/**
 * `x-cos-forbid-overwrite: true` refuses to replace an object. It has no effect in a bucket that has or has
 * had versioning (documents 436/7749, 7742, 7746).
 * @throws CosServiceError `InvalidArgument`
 */
export function overwriteGuard({ headers }: CosRequest): OverwriteGuard {
  const forbids = headers['x-cos-forbid-overwrite'] ?? 'false'
  if (forbids !== 'true' && forbids !== 'false') {
    throw invalidArgument('x-cos-forbid-overwrite must be true or false.')
  }
  return (present, { versioning }) => {
    if (forbids === 'true' && present && !versioning) throw new CosServiceError('FileAlreadyExists')
  }
}
