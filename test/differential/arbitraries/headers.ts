import fc from 'fast-check'
import { maybe, text, word } from './texts'

/** All params that stand for a header, and that header: section "Named params to headers" of the official source. */
export const PARAM_HEADERS: Record<string, string> = {
  MFA: 'x-cos-mfa',
  ContentMD5: 'Content-MD5',
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
  MimeLimit: 'x-cos-mime-limit',
  ForbidOverwrite: 'x-cos-forbid-overwrite',
  SSECustomerAlgorithm: 'x-cos-server-side-encryption-customer-algorithm',
  SSECustomerKey: 'x-cos-server-side-encryption-customer-key',
  SSECustomerKeyMD5: 'x-cos-server-side-encryption-customer-key-MD5',
  ServerSideEncryption: 'x-cos-server-side-encryption',
  SSEKMSKeyId: 'x-cos-server-side-encryption-cos-kms-key-id',
  SSEContext: 'x-cos-server-side-encryption-context',
  PicOperations: 'Pic-Operations',
  TrafficLimit: 'x-cos-traffic-limit',
}

/** Headers by name, in the spellings that apps use. */
const NAMES =
  'Content-Type content-type Cache-Control cache-control Content-Disposition Content-Encoding Content-MD5 content-md5 Expires Expect Range If-Match if-none-match Origin Referer User-Agent Host Transfer-Encoding Pic-Operations pic-operations x-cos-meta-a X-Cos-Meta-B x-cos-acl X-COS-ACL x-cos-storage-class x-cos-traffic-limit x-ci-other X-Own'

const id = fc.nat(9).map((uin) => `id="${uin}"`)
const grants = fc
  .array(
    fc.oneof(
      id,
      text.filter((given) => !(given.trim() in {})),
    ),
    { maxLength: 4 },
  )
  .map((all) => all.join(', '))
const isGrant = (name: string) => /grant/i.test(name)
const said = fc.oneof(text, word, fc.constant(''))
const value = maybe(said)
/** Params with a default: null would be ambiguous. */
const hasDefault = (name: string) => /^(ContentType|CacheControl)$/.test(name)
const NAMED = Object.keys(PARAM_HEADERS)
const pairs = <T>(names: string[], of: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc
    .array(fc.tuple(fc.constantFrom(...names), of), { maxLength: 3 })
    .map((given) => Object.fromEntries(given))

/** Params, headers and metadata of any request. */
export const headerParams: fc.Arbitrary<object> = fc
  .tuple(
    pairs(
      NAMED.filter((name) => !isGrant(name) && !hasDefault(name)),
      value,
    ),
    pairs(NAMED.filter(hasDefault), said),
    pairs(NAMED.filter(isGrant), grants),
    pairs(['TrafficLimit', 'MimeLimit', 'Expires'], fc.nat()),
    fc.dictionary(
      word.map((name) => `x-cos-meta-${name.toLowerCase()}`),
      value,
      { maxKeys: 2, noNullPrototype: true },
    ),
    fc.option(pairs(NAMES.split(' '), said), { nil: undefined }),
    fc.option(pairs(['x-cos-grant-read', 'x-cos-grant-write'], grants), { nil: undefined }),
  )
  .map(([params, described, granted, numbers, meta, Headers, grantHeaders]) => ({
    ...params,
    ...described,
    ...granted,
    ...numbers,
    ...meta,
    ...(Headers || grantHeaders ? { Headers: { ...Headers, ...grantHeaders } } : {}),
  }))
