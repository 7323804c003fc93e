import type { AnyOperation, RequestParts } from './define'

/** The param of a query parameter or header: PartNumberMarker for `part-number-marker`, UploadId for `uploadId`. */
export function paramOf(wireName: string): string {
  return wireName.replace(/(?:^|-)\w/g, (start) => start.slice(-1).toUpperCase())
}

/** The request parts of a call: the query parameters that the operation declares, and the result of `_build`. */
export function requestOf(operation: AnyOperation, params: Record<string, unknown>): RequestParts {
  const { needs = [], query: optional = [], _build: build } = operation
  const query: RequestParts['query'] = {}
  for (const name of [...needs, ...optional]) {
    query[name] = params[paramOf(name)] as string | undefined
  }
  const parts = build ? build(params) : {}
  return { ...parts, query: { ...query, ...parts.query } }
}

/** Headers that make a read conditional, or limit it to a range. */
const CONDITIONS = 'Range If-Modified-Since If-Unmodified-Since If-Match If-None-Match'

/**
 * The params that are sent as headers, as in cos-wx-sdk-v5, in groups: the prefix of the params, the prefix of the headers,
 * and the rest of each name.
 */
const HEADER_GROUPS = [
  [
    '',
    '',
    `Content-MD5 Content-Length Content-Type Expect Expires Cache-Control Content-Disposition Content-Encoding Pic-Operations Origin Access-Control-Request-Method Access-Control-Request-Headers ${CONDITIONS}`,
  ],
  [
    '',
    'x-cos-',
    'grant-read grant-write grant-full-control grant-read-acp grant-write-acp storage-class traffic-limit mime-limit forbid-overwrite server-side-encryption copy-source metadata-directive',
  ],
  [
    'SSE',
    'x-cos-server-side-encryption-',
    'customer-algorithm customer-key customer-key-MD5 context',
  ],
  ['CopySource', 'x-cos-copy-source-', CONDITIONS],
  ['ACL', 'x-cos-acl', ''],
  ['MFA', 'x-cos-mfa', ''],
  ['SSEKMSKeyId', 'x-cos-server-side-encryption-cos-kms-key-id', ''],
] as const

/** The request header of each param; filled at the first request. */
const HEADERS: [param: string, header: string][] = []

function fillHeaders(): void {
  for (const [param, header, rest] of HEADER_GROUPS) {
    for (const name of rest.split(' ')) HEADERS.push([param + paramOf(name), header + name])
  }
}

export type HeaderValue = string | number

/** Sets a header, ignoring the case of its name. `null` removes it, undefined has no effect. */
export function setHeader(
  headers: Record<string, HeaderValue>,
  name: string,
  value: unknown,
): void {
  if (value === undefined) return
  const lower = name.toLowerCase()
  for (const other of Object.keys(headers)) {
    if (other.toLowerCase() === lower) delete headers[other]
  }
  // WeChat converts it to a string.
  if (value !== null) headers[name] = value as HeaderValue
}

/** The headers of a call: those of the param `Headers`, overridden by the params that stand for a header. */
export function paramHeaders(params: object): Record<string, HeaderValue> {
  if (!HEADERS[0]) fillHeaders()
  const headers: Record<string, HeaderValue> = {}
  const fields: Record<string, unknown> = { ...params }
  for (const [name, value] of Object.entries(fields.Headers || {})) setHeader(headers, name, value)
  for (const name of Object.keys(fields)) {
    if (/x-cos-/.test(name)) setHeader(headers, name, fields[name])
  }
  for (const [param, header] of HEADERS) setHeader(headers, header, fields[param])
  return headers
}

/** Conditions of a read: HTTP dates and quoted ETags. */
export interface ReadConditions {
  /** Returns `NotModified: true` if the object is not newer. */
  IfModifiedSince?: string
  /** Fails with `PreconditionFailed` if the object is newer. */
  IfUnmodifiedSince?: string
  /** Fails with `PreconditionFailed` if the ETag differs. */
  IfMatch?: string
  /** Fails if the ETag is equal. */
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
  /** Grants read access: `id="100000000001"`, several separated by commas. */
  GrantRead?: string
  /** Grants full control, written like GrantRead. */
  GrantFullControl?: string
  /** Grants reading the ACL, written like GrantRead. */
  GrantReadAcp?: string
  /** Grants changing the ACL, written like GrantRead. */
  GrantWriteAcp?: string
  /** `'AES256'`, or `'cos/kms'`. */
  ServerSideEncryption?: string
  /** `'AES256'`: encryption with a customer-provided key. */
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
  /** Custom metadata, up to 2 KB in total. */
  [meta: `x-cos-meta-${string}`]: string | undefined
}

/** Conditions on the source of a copy. */
export interface CopyConditions {
  /** Fails with `PreconditionFailed` if the source is not newer. */
  CopySourceIfModifiedSince?: string
  /** Fails with `PreconditionFailed` if the source is newer. */
  CopySourceIfUnmodifiedSince?: string
  /** Fails with `PreconditionFailed` if the source's ETag differs. */
  CopySourceIfMatch?: string
  /** Fails with `PreconditionFailed` if the source's ETag is equal. */
  CopySourceIfNoneMatch?: string
}
