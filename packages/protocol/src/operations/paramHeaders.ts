/** Which request header each named param becomes: the table of cos-wx-sdk-v5. */
const HEADER_OF: Record<string, string> = {
  MFA: 'x-cos-mfa',
  ContentMD5: 'Content-MD5',
  ContentLength: 'Content-Length',
  ContentType: 'Content-Type',
  Expect: 'Expect',
  Expires: 'Expires',
  CacheControl: 'Cache-Control',
  ContentDisposition: 'Content-Disposition',
  ContentEncoding: 'Content-Encoding',
  Range: 'Range',
  IfModifiedSince: 'If-Modified-Since',
  IfUnmodifiedSince: 'If-Unmodified-Since',
  IfMatch: 'If-Match',
  IfNoneMatch: 'If-None-Match',
  CopySource: 'x-cos-copy-source',
  CopySourceRange: 'x-cos-copy-source-Range',
  MetadataDirective: 'x-cos-metadata-directive',
  CopySourceIfModifiedSince: 'x-cos-copy-source-If-Modified-Since',
  CopySourceIfUnmodifiedSince: 'x-cos-copy-source-If-Unmodified-Since',
  CopySourceIfMatch: 'x-cos-copy-source-If-Match',
  CopySourceIfNoneMatch: 'x-cos-copy-source-If-None-Match',
  ACL: 'x-cos-acl',
  GrantRead: 'x-cos-grant-read',
  GrantWrite: 'x-cos-grant-write',
  GrantFullControl: 'x-cos-grant-full-control',
  GrantReadAcp: 'x-cos-grant-read-acp',
  GrantWriteAcp: 'x-cos-grant-write-acp',
  StorageClass: 'x-cos-storage-class',
  TrafficLimit: 'x-cos-traffic-limit',
  MimeLimit: 'x-cos-mime-limit',
  ForbidOverwrite: 'x-cos-forbid-overwrite',
  SSECustomerAlgorithm: 'x-cos-server-side-encryption-customer-algorithm',
  SSECustomerKey: 'x-cos-server-side-encryption-customer-key',
  SSECustomerKeyMD5: 'x-cos-server-side-encryption-customer-key-MD5',
  ServerSideEncryption: 'x-cos-server-side-encryption',
  SSEKMSKeyId: 'x-cos-server-side-encryption-cos-kms-key-id',
  SSEContext: 'x-cos-server-side-encryption-context',
  PicOperations: 'Pic-Operations',
}

export type HeaderValue = string | number

/** The headers that params stand for: the caller's own, then params by name, which win. */
export function paramHeaders(params: object): Record<string, HeaderValue> {
  const headers: Record<string, HeaderValue> = {}
  const put = (name: string, value: unknown) => {
    if (value === undefined || value === null) return
    const lower = name.toLowerCase()
    const present = Object.keys(headers).find((own) => own.toLowerCase() === lower)
    if (present !== undefined && present !== name) delete headers[present]
    headers[name] = value as HeaderValue
  }
  const given = params as Record<string, unknown>
  const own = (given.Headers ?? {}) as Record<string, unknown>
  for (const name of Object.keys(own)) put(name, own[name])
  for (const name of Object.keys(given)) {
    if (name.indexOf('x-cos-') >= 0) put(name, given[name])
  }
  for (const name of Object.keys(HEADER_OF)) put(HEADER_OF[name] as string, given[name])
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
