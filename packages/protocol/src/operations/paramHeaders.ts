import { paramOf } from './requestOf'

/** Which request header a named param becomes. What is spelled alike is in groups below. */
const HEADERS: Record<string, string> = {
  ACL: 'x-cos-acl',
  MFA: 'x-cos-mfa',
  SSEKMSKeyId: 'x-cos-server-side-encryption-cos-kms-key-id',
}

/** Params that are headers, as in the table of cos-wx-sdk-v5: both begin in their way, and go on alike. */
export function headerGroup(paramStart: string, headerStart: string, names: string): void {
  for (const name of names.split(' ')) HEADERS[paramStart + paramOf(name)] = headerStart + name
}

headerGroup(
  '',
  '',
  'Content-MD5 Content-Length Content-Type Expect Expires Cache-Control Content-Disposition Content-Encoding Pic-Operations',
)
headerGroup(
  '',
  'x-cos-',
  'grant-read grant-write grant-full-control grant-read-acp grant-write-acp storage-class traffic-limit mime-limit forbid-overwrite server-side-encryption',
)
headerGroup(
  'SSE',
  'x-cos-server-side-encryption-',
  'customer-algorithm customer-key customer-key-MD5 context',
)

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
  for (const [name, value] of Object.entries(given.Headers || {})) setHeader(headers, name, value)
  for (const name of Object.keys(given)) {
    if (/x-cos-/.test(name)) setHeader(headers, name, given[name])
  }
  for (const name of Object.keys(HEADERS)) setHeader(headers, HEADERS[name] as string, given[name])
  return headers
}

/** Conditions of a read. HTTP dates and quoted ETags. */
export interface ReadConditions {
  /** Returns `NotModified: true` when the object is not newer. */
  IfModifiedSince?: string
  /** Fails with `PreconditionFailed` when the object is newer. */
  IfUnmodifiedSince?: string
  /** Fails with `PreconditionFailed` when the ETag is another. */
  IfMatch?: string
  /** Fails when the ETag is this one. */
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
  /** Who may read: `id="100000000001"`, several with commas. */
  GrantRead?: string
  /** Who may do all of that. */
  GrantFullControl?: string
  /** Who may read these rights. */
  GrantReadAcp?: string
  /** Who may change these rights. */
  GrantWriteAcp?: string
  /** `'AES256'`, or `'cos/kms'`. */
  ServerSideEncryption?: string
  /** `'AES256'`: encryption with a key that you keep. */
  SSECustomerAlgorithm?: string
  /** That key, in Base64. */
  SSECustomerKey?: string
  /** The key's MD5, in Base64. */
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
  /** Fails with `PreconditionFailed` when the source is not newer. */
  CopySourceIfModifiedSince?: string
  /** Fails with `PreconditionFailed` when the source is newer. */
  CopySourceIfUnmodifiedSince?: string
  /** Fails with `PreconditionFailed` when the source's ETag is another. */
  CopySourceIfMatch?: string
  /** Fails with `PreconditionFailed` when the source's ETag is this one. */
  CopySourceIfNoneMatch?: string
}
