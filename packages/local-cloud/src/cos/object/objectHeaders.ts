import { contentTypeOf } from '@miniprogram-cos/protocol'
import { aclOfHeaders } from '../access/acl'
import { Fault } from '../answer/fault'
import type { CosRequest } from '../request/request'
import type { BucketRecord, ObjectHeaders, ObjectRecord } from '../store/records'
import { encryptionHeader, encryptionOf } from './encryption'
import { restoreHeaders } from './restore'
import { tagsOfHeader } from './tags'

/** Headers that an object keeps and gives back (document 436/7749). */
const KEPT: Record<string, string> = {
  'cache-control': 'Cache-Control',
  'content-disposition': 'Content-Disposition',
  'content-encoding': 'Content-Encoding',
  'content-language': 'Content-Language',
  'content-type': 'Content-Type',
  expires: 'Expires',
}

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

/** Headers whose meaning is not imitated: honest refusal instead of silence. */
export const NOT_IMITATED = [
  'pic-operations',
  'x-cos-server-side-encryption-cos-kms-key-id',
  'x-cos-server-side-encryption-context',
  'x-cos-server-side-encryption-customer-algorithm',
  'x-cos-server-side-encryption-customer-key',
  'x-cos-server-side-encryption-customer-key-md5',
  'x-cos-callback',
  'x-cos-return-body',
  'x-cos-object-lock-mode',
]

/** @throws Fault `NotImplemented` naming the header */
export function refuseNotImitated(headers: CosRequest['headers'], ...others: string[]): void {
  const found = [...NOT_IMITATED, ...others].find((name) => headers[name] !== undefined)
  if (found) {
    throw new Fault('NotImplemented', `The local COS does not imitate the header ${found}.`)
  }
}

/** How an object is described: its headers, class, tags, ACL and encryption. */
export type Description = Pick<
  ObjectRecord,
  'headers' | 'storageClass' | 'acl' | 'tags' | 'encryption'
>

/** A form can hold names and values that no header can. @throws Fault `InvalidArgument` */
export function checkHeader(name: string, value: string | undefined): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those no header can carry
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(name) && !/[\x00-\x08\x0a-\x1f\x7f]/.test(value ?? '')) return
  throw new Fault('InvalidArgument', `The header ${JSON.stringify(name)} is not valid.`)
}

/** What an upload says about its object. @throws Fault */
export function objectHeadersOf(
  headers: CosRequest['headers'],
  key: string,
  bucket: BucketRecord,
): Description {
  const kept: ObjectHeaders = {}
  for (const [name, value] of Object.entries(headers)) checkHeader(name, value)
  let metaBytes = 0
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue
    if (Object.hasOwn(KEPT, name) && value !== '') kept[KEPT[name] as string] = value
    if (name.startsWith('x-cos-meta-')) {
      if (!/^x-cos-meta-[a-z0-9-]+$/.test(name)) {
        throw new Fault('InvalidArgument', `The name of the metadata ${name} is not valid.`)
      }
      kept[name] = value
      metaBytes += Buffer.byteLength(name) + Buffer.byteLength(value)
    }
  }
  if (metaBytes > MAX_META_BYTES) {
    throw new Fault('InvalidArgument', 'Your metadata headers exceed the maximum allowed size.')
  }
  kept['Content-Type'] ??= contentTypeOf(key)
  const storageClass = headers['x-cos-storage-class'] || 'STANDARD'
  if (!STORAGE_CLASSES.has(storageClass)) {
    throw new Fault('NotSupportedStorageClass')
  }
  const acl = aclOfHeaders(headers, 'object')
  const tags = headers['x-cos-tagging'] ? tagsOfHeader(headers['x-cos-tagging']) : undefined
  return {
    headers: kept,
    storageClass,
    ...(acl ? { acl } : {}),
    ...(tags ? { tags } : {}),
    ...encryptionOf(headers, bucket),
  }
}

/** The headers under which an object is read. */
export function describeObject(object: ObjectRecord, now: number): Record<string, string | number> {
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
