import { dashed } from './dashed'

/** Params that are headers, spelled with dashes: the table of cos-wx-sdk-v5. */
const PLAIN =
  'ContentMD5 ContentLength ContentType Expect Expires CacheControl ContentDisposition ContentEncoding Range IfModifiedSince IfUnmodifiedSince IfMatch IfNoneMatch PicOperations'

/** Params that are headers of COS's own: after `x-cos-`, in lower case. */
const OWN =
  'MFA CopySource MetadataDirective ACL GrantRead GrantWrite GrantFullControl GrantReadAcp GrantWriteAcp StorageClass TrafficLimit MimeLimit ForbidOverwrite ServerSideEncryption'

/** Params that belong to the source of a copy: after `x-cos-copy-source-`. */
const OF_COPY_SOURCE = 'Range IfModifiedSince IfUnmodifiedSince IfMatch IfNoneMatch'

/** Params whose header has another name: after `x-cos-server-side-encryption-`. */
const OF_ENCRYPTION = {
  SSECustomerAlgorithm: 'customer-algorithm',
  SSECustomerKey: 'customer-key',
  SSECustomerKeyMD5: 'customer-key-MD5',
  SSEKMSKeyId: 'cos-kms-key-id',
  SSEContext: 'context',
}

const HEADERS: Record<string, string> = {}
for (const name of PLAIN.split(' ')) HEADERS[name] = dashed(name)
for (const name of OWN.split(' ')) HEADERS[name] = `x-cos-${dashed(name).toLowerCase()}`
for (const name of OF_COPY_SOURCE.split(' ')) {
  HEADERS[`CopySource${name}`] = `x-cos-copy-source-${dashed(name)}`
}
for (const [name, header] of Object.entries(OF_ENCRYPTION)) {
  HEADERS[name] = `x-cos-server-side-encryption-${header}`
}

export type HeaderValue = string | number

/** Sets a header, or takes it away by `null`. It has one value: the same name in another case gives way. */
export function setHeader(
  headers: Record<string, HeaderValue>,
  name: string,
  value: unknown,
): void {
  if (value === undefined) return
  const lower = name.toLowerCase()
  for (const own of Object.keys(headers)) if (own.toLowerCase() === lower) delete headers[own]
  if (value !== null) headers[name] = value as HeaderValue
}

/** The headers that params stand for: the caller's own, then params by name, which win. */
export function paramHeaders(params: object): Record<string, HeaderValue> {
  const headers: Record<string, HeaderValue> = {}
  const given = params as Record<string, unknown>
  const own = (given.Headers ?? {}) as Record<string, unknown>
  for (const name of Object.keys(own)) setHeader(headers, name, own[name])
  for (const name of Object.keys(given)) {
    if (name.indexOf('x-cos-') >= 0) setHeader(headers, name, given[name])
  }
  for (const name of Object.keys(HEADERS)) setHeader(headers, HEADERS[name] as string, given[name])
  return headers
}

/** Conditions of a read. HTTP dates and quoted ETags. */
export interface ReadConditions {
  /** Returns `NotModified: true` when the object is not newer. */
  IfModifiedSince?: string
  IfUnmodifiedSince?: string
  IfMatch?: string
  IfNoneMatch?: string
}

/** Headers that describe an object's content, and its metadata. */
export interface ContentParams {
  /** @default by the key's extension */
  ContentType?: string
  CacheControl?: string
  ContentDisposition?: string
  ContentEncoding?: string
  /** The `Expires` header, an HTTP date. */
  Expires?: string
  /** `STANDARD`, `STANDARD_IA`, `ARCHIVE` … (document 436/33417). @default 'STANDARD' */
  StorageClass?: string
  /** `private`, `public-read`, `default`, … (document 436/30752). @default 'default' */
  ACL?: string
  GrantRead?: string
  GrantFullControl?: string
  GrantReadAcp?: string
  GrantWriteAcp?: string
  ServerSideEncryption?: string
  SSECustomerAlgorithm?: string
  SSECustomerKey?: string
  SSECustomerKeyMD5?: string
  SSEKMSKeyId?: string
  SSEContext?: string
  /** bit/s, 819200 to 838860800 (document 436/40140). */
  TrafficLimit?: number
  /** `'true'` refuses to replace an existing object (document 436/7749). */
  ForbidOverwrite?: 'true' | 'false'
  /** Own metadata, up to 2 KB in all. */
  [meta: `x-cos-meta-${string}`]: string | undefined
}

/** Conditions on the source of a copy. */
export interface CopyConditions {
  CopySourceIfModifiedSince?: string
  CopySourceIfUnmodifiedSince?: string
  CopySourceIfMatch?: string
  CopySourceIfNoneMatch?: string
}
