import fc from 'fast-check'
import type { Call, Params } from '../harness'
import { key, maybe, scalar, text, word } from './values'

const piece = fc.constantFrom(
  '{Bucket}',
  '{BucketName}',
  '{AppId}',
  '{Region}',
  '{{Bucket}}',
  '{{AppId}}',
  '{{Region}}',
  '{bucket}',
  '{{region}}',
  '{Other}',
  '{{Other}}',
  'cdn',
)
const domain = fc
  .tuple(
    fc.constantFrom('', '', 'https://', 'http://', 'HTTPS://'),
    fc.array(piece, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('.example.com', '.myqcloud.com', '.example.com:8443', '.example.com/base'),
    fc.constantFrom('', '/'),
  )
  .map(([scheme, pieces, end, slash]) => scheme + pieces.join('.') + end + slash)
const serviceDomain = fc
  .tuple(
    fc.constantFrom('', 'https://', 'http://'),
    fc.constantFrom('cos.{{Region}}.example.com', 'service.example.com', 'x{{Other}}.example.com'),
    fc.constantFrom('', '/'),
  )
  .map((parts) => parts.join(''))
const second = fc.integer({ min: 1_600_000_000, max: 1_800_000_000 })

/** Options of the constructor that show in what is sent. */
export const options: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(
    fc.record({
      SecretId: fc.constantFrom('AKIDexample', 'AKIDother'),
      SecretKey: word,
    }),
    fc.record(
      {
        Domain: fc.oneof({ weight: 4, arbitrary: domain }, fc.constant('')),
        ServiceDomain: serviceDomain,
        Protocol: fc.constantFrom('http', 'http:', 'https', 'https:', ''),
        ForcePathStyle: fc.boolean(),
        UseAccelerate: fc.boolean(),
        SimpleUploadMethod: fc.constantFrom('postObject', 'putObject'),
        Timeout: fc.integer({ min: -1, max: 90_000 }),
        HttpDNSServiceId: fc.constantFrom('', 'wx1'),
        ForceSignHost: fc.boolean(),
        SystemClockOffset: fc.integer({ min: -100_000_000, max: 100_000_000 }),
        CorrectClockSkew: fc.boolean(),
        CompatibilityMode: fc.boolean(),
        AppId: fc.constantFrom('1250000000', 1250000000),
        SecurityToken: fc.oneof(text, word),
        XCosSecurityToken: word,
        StartTime: second,
        ExpiredTime: second,
        UploadCheckContentMd5: fc.boolean(),
        UploadAddMetaMd5: fc.boolean(),
        ProgressInterval: fc.nat(5000),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([key, rest]) => ({ ...key, ...rest }))

const NOW = 1_700_000_000
const seconds = (from: number, to: number) => fc.integer({ min: NOW + from, max: NOW + to })

/** A temporary key with all optional fields. */
const temporaryKey = fc.record(
  {
    TmpSecretId: word,
    TmpSecretKey: word,
    SecurityToken: fc.stringMatching(/^[\w+/=]{1,20}$/),
    ExpiredTime: seconds(100, 7200),
    StartTime: seconds(-1000, 0),
    ScopeLimit: fc.boolean(),
    Token: word,
    ClientIP: fc.constant('1.2.3.4'),
    ClientUA: word,
  },
  { requiredKeys: ['TmpSecretId', 'TmpSecretKey', 'SecurityToken', 'ExpiredTime'] },
)
const oldToken = temporaryKey.map(({ SecurityToken, ...rest }) => ({
  ...rest,
  XCosSecurityToken: SecurityToken,
}))
const oldNames = temporaryKey.map(({ TmpSecretId, TmpSecretKey, ...rest }) => ({
  ...rest,
  SecretId: TmpSecretId,
  SecretKey: TmpSecretKey,
}))
/** A key with a missing or empty field. */
const badKey = fc
  .tuple(
    temporaryKey,
    fc.constantFrom('TmpSecretId', 'TmpSecretKey', 'SecurityToken', 'ExpiredTime'),
    fc.constantFrom(undefined, '', null),
  )
  .map(([given, name, value]) => ({ ...given, [name]: value }))
const badTime = fc
  .tuple(temporaryKey, fc.constantFrom('StartTime', 'ExpiredTime'), fc.constantFrom(17, 1.7e12))
  .map(([given, name, value]) => ({ ...given, [name]: value }))

const signature = fc
  .record({ id: word, start: seconds(-10, 0), path: fc.constantFrom('', 'a', 'acl;a') })
  .map(
    ({ id, start, path }) =>
      `q-sign-algorithm=sha1&q-ak=${id}&q-sign-time=${start};${start + 900}&q-key-time=${start};${start + 900}&q-header-list=host&q-url-param-list=${path}&q-signature=0123456789abcdef`,
  )
const signatureObject = fc
  .tuple(
    signature,
    fc.record(
      {
        SecurityToken: maybe(word),
        XCosSecurityToken: word,
        Token: word,
        ClientIP: fc.constant('1.2.3.4'),
        ClientUA: word,
      },
      { requiredKeys: [] },
    ),
  )
  .map(([Authorization, rest]) => ({ Authorization, ...rest }))
const noSignature = fc.constantFrom('nonsense', 'q-sign-algorithm=sha1&q-ak=a', 'a b')

/** A credential provider and its answer. */
export const provider: fc.Arbitrary<NonNullable<Call['provider']>> = fc.oneof(
  fc
    .oneof(
      { weight: 3, arbitrary: temporaryKey as fc.Arbitrary<unknown> },
      oldToken,
      badKey,
      badTime,
      signature,
      signatureObject,
      noSignature,
    )
    .map((answer) => ({ name: 'getAuthorization' as const, answer })),
  fc
    .oneof(temporaryKey as fc.Arbitrary<unknown>, oldToken, oldNames, badKey)
    .map((answer) => ({ name: 'getSTS' as const, answer })),
)

const at = { Bucket: fc.constant('test-1250000000'), Region: fc.constant('ap-guangzhou') }
const headers = fc.dictionary(
  fc.constantFrom('Content-Type', 'Cache-Control', 'Host', 'Range', 'x-cos-acl', 'x-ci-a', 'X-Own'),
  fc.oneof(text, word, fc.constant('')),
  { noNullPrototype: true },
)
/** In ASCII: the order of others is defect 26, which the requests show. */
const query = fc.dictionary(
  fc.oneof(word, fc.constantFrom('imageMogr2/thumbnail/200x', 'ci-process')),
  scalar,
  { noNullPrototype: true, maxKeys: 4 },
)

const validity = fc.integer({ min: 1, max: 1_000_000 })
const methods = fc.constantFrom('GET', 'put', 'HEAD')
const documented = {
  ...at,
  Method: methods,
  // COS rejects a key with two.
  Key: key.map((given) => given.replace(/^\/+/, '/')),
  Query: query,
  Headers: headers,
  Expires: fc.oneof(validity, validity.map(String)),
}

/** What the method getAuth takes. */
export const authParams: fc.Arbitrary<Params> = fc.record(documented, { requiredKeys: [] })

/** What the static getAuthorization takes. */
export const staticParams: fc.Arbitrary<Params> = fc.record(
  {
    SecretId: word,
    SecretKey: word,
    ...documented,
    method: methods,
    Pathname: key,
    pathname: key,
    params: query,
    headers,
    expires: validity,
    UseRawKey: fc.boolean(),
    KeyTime: fc.constantFrom('1700000000;1700000900', ''),
    SystemClockOffset: fc.integer({ min: -1_000_000, max: 1_000_000 }),
    ForceSignHost: fc.boolean(),
  },
  { requiredKeys: ['SecretId', 'SecretKey'] },
)
