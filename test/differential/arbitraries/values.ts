import fc from 'fast-check'

/** Problematic strings: reserved characters, double encoding, beyond the BMP, invisible, empty. */
const HOSTILE = [
  '%',
  '%2F',
  '%2e%2e',
  '%zz',
  '+',
  ' ',
  "!'()*",
  '~-_.',
  '&?#=;',
  ':@,$',
  '[]{}|^`',
  '"<>',
  '\\',
  '图片 名',
  '👩‍👩‍👧‍👦',
  '𠮷',
  'e\u0301',
  'é',
  '\u202eabc',
  '\ufeff',
  '\u2028',
  'ﬁ',
  '${filename}',
  '__proto__',
  'constructor',
]

export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(...HOSTILE),
  fc.array(fc.constantFrom(...HOSTILE), { minLength: 2, maxLength: 3 }).map((all) => all.join('')),
)
export const word = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9-]{0,9}$/)

/** Keys that COS rejects, or that a phone's network would normalise. */
const UNTAKEN = ['.', '..', '\u0000', '\u0019', '\ud800', 'x'.repeat(851), '图'.repeat(284)]

const segment = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 4, arbitrary: word },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) },
  { weight: 1, arbitrary: fc.constantFrom(...UNTAKEN) },
)
/** Key endings that determine the content type. */
export const EXTENSIONS: Record<string, string> = {
  '.txt': 'text/plain',
  '.jpg': 'image/jpeg',
  '.gz': 'application/gzip',
  '.html': 'text/html',
  '.mp4': 'video/mp4',
}
const ENDS = ['', '.txt', '.JPG', '.tar.gz', '.html', '.mp4', '.unknown']

export const key: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', '', '', '/', '//', '\\'),
    fc.array(segment, { minLength: 1, maxLength: 3 }),
    fc.constantFrom(...ENDS),
    fc.constantFrom('', '', '', '/'),
  )
  .map(([lead, segments, extension, end]) => lead + segments.join('/') + extension + end)
  .filter((made) => made !== '')

/** An optional param: missing, or explicitly undefined. */
export const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined | null> =>
  fc.oneof({ weight: 6, arbitrary }, { weight: 1, arbitrary: fc.constantFrom(undefined, null) })

export const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(''))

/** Query strings: data processing, a style, or nonsense. */
const NAMES = ['imageMogr2/thumbnail/200x', 'ci-process', 'Version', 'x!', 'X*', 'x-', 'a/b', 'a-b']
export const query = fc.dictionary(
  fc.oneof(
    fc.constantFrom(...NAMES),
    word,
    text.filter((name) => name !== '' && name !== '__proto__'),
  ),
  maybe(scalar),
  { maxKeys: 5, noNullPrototype: true },
)

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
const HEADER_NAMES =
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
    fc.option(pairs(HEADER_NAMES.split(' '), said), { nil: undefined }),
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

const headers = fc.dictionary(
  fc.constantFrom(
    'x-cos-traffic-limit',
    'Content-Type',
    'content-md5',
    'Host',
    'Range',
    'cache-control',
    'X-Own',
  ),
  word,
  { noNullPrototype: true },
)

/** Params of getObjectUrl. */
export const urlParams: fc.Arbitrary<object> = fc
  .tuple(
    fc.record({ Key: key }),
    fc.record(
      {
        Method: fc.constantFrom('GET', 'PUT', 'get', 'put', 'HEAD'),
        Expires: fc.oneof(
          fc.integer({ min: 1, max: 1_000_000 }),
          fc.integer({ min: 1, max: 999 }).map(String),
        ),
        Sign: fc.boolean(),
        Query: query,
        QueryString: fc.constantFrom('a=b', 'imageMogr2/thumbnail/20x', ''),
        Headers: headers,
        Domain: fc.constantFrom(
          'cdn.example.com',
          'http://x.example.com/',
          '{Bucket}.{Region}.a.cn',
        ),
        UseAccelerate: fc.boolean(),
        ForceSignHost: fc.boolean(),
        Protocol: fc.constantFrom('http:', 'https:', 'http'),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([needed, free]) => ({ ...needed, ...free }))

const name = fc.stringMatching(/^[A-Z][A-Za-z]{0,7}$/)
const leaf = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 1, arbitrary: fc.constantFrom(null, undefined) },
)
const { node } = fc.letrec<{ node: Record<string, unknown>; value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    // cos-wx-sdk-v5 moves null to the front of a list; no app relies on that.
    fc.array(scalar, { maxLength: 2 }),
    tie('node'),
    fc.array(tie('node'), { maxLength: 2 }),
  ),
  node: fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
}))

/** Any document that XML can represent. */
export const document = node
export const documents = fc.array(document, { maxLength: 3 })
/** One, or a list. */
export const oneOrMore = <T>(of: fc.Arbitrary<T>) =>
  fc.oneof(of, fc.array(of, { minLength: 1, maxLength: 3 }))
