import fc from 'fast-check'
import {
  document,
  documents,
  headerParams,
  key,
  maybe,
  oneOrMore,
  query,
  text,
  word,
} from './values'

type Fields = Record<string, fc.Arbitrary<unknown>>

/** Fields that must be there, and fields that may. */
const params = (needed: Fields, free: Fields = {}): fc.Arbitrary<object> =>
  fc
    .tuple(
      fc.record(needed),
      fc.record(Object.fromEntries(Object.entries(free).map(([name, of]) => [name, maybe(of)])), {
        requiredKeys: [],
      }),
      headerParams,
    )
    .map((parts) => Object.assign({}, ...parts))

const object = (needed: Fields = {}, free: Fields = {}) => params({ Key: key, ...needed }, free)

const bytes = fc.uint8Array({ maxLength: 20 }).map((of) => new Uint8Array(of).buffer)
const body = fc.oneof(text, bytes)
const number = fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.nat(1000).map(String))
const tags = fc.array(fc.record({ Key: text, Value: text }), { maxLength: 3 })
const tagging = {
  Tags: tags,
  Tagging: fc.oneof(fc.record({ TagSet: tags }), fc.record({ Tags: tags })),
}
const grant = fc.record({
  Grantee: fc.oneof(fc.record({ ID: text }), fc.record({ URI: text })),
  Permission: fc.constantFrom('READ', 'WRITE', 'FULL_CONTROL'),
})
const acl = {
  AccessControlPolicy: fc
    .tuple(fc.record({ ID: text }), fc.constantFrom('Grant', 'Grants'), oneOrMore(grant))
    .map(([Owner, name, grants]) => ({ Owner, [name]: grants })),
}
const origins = ['https://a.com', '*', 'http://*.b.com:8080']
const corsRule = fc
  .tuple(
    fc.record({ ID: text, MaxAgeSeconds: number }, { requiredKeys: [] }),
    fc.constantFrom('', 's'),
    fc.array(fc.constantFrom(...origins), { minLength: 1, maxLength: 2 }),
    fc.subarray(['GET', 'PUT', 'HEAD'], { minLength: 1 }),
    fc.array(word, { minLength: 1, maxLength: 2 }),
  )
  .map(([rest, s, origin, method, header]) => ({
    ...rest,
    [`AllowedOrigin${s}`]: origin,
    [`AllowedMethod${s}`]: method,
    [`AllowedHeader${s}`]: header,
    [`ExposeHeader${s}`]: header,
  }))
const corsRules = fc.array(corsRule, { minLength: 1, maxLength: 2 })
const within = (name: string, of: fc.Arbitrary<unknown>) => of.map((inner) => ({ [name]: inner }))
/** Rules as a list, or as the document that contains them. */
const listOrDocument = (rules: string, configuration: string) =>
  fc.oneof(params({ [rules]: documents }), params({ [configuration]: within(rules, documents) }))
const list = { Delimiter: text, MaxKeys: number, EncodingType: fc.constant('url') }
const upload = { UploadId: word }
const part = { ...upload, PartNumber: number }
const source = fc
  .tuple(
    fc.constantFrom(
      'src-1250000000.cos.ap-guangzhou.myqcloud.com',
      's-1-2-125.cos.a-b.tencentcos.cn',
    ),
    word,
    fc.constantFrom('', '/%E5%9B%BE.txt', '/a%20b', '/a+b', '?versionId=abc', '/图'),
  )
  .map(([host, name, rest]) => `${host}/${name}${rest}`)
const copySource = { CopySource: source }
const version = { VersionId: word }
const nothing = params({})
const oneVersion = object({}, version)

/** For each method, the params it may be called with. */
export const CALLS: Record<string, fc.Arbitrary<object>> = {
  getService: params({}, { Region: fc.constantFrom('ap-guangzhou', 'ap-beijing') }),
  putBucket: params({}, { BucketAZConfig: fc.constantFrom('MAZ', '') }),
  headBucket: nothing,
  getBucket: params({}, { Prefix: text, Marker: text, ...list }),
  deleteBucket: nothing,
  putBucketAcl: params({}, acl),
  getBucketAcl: nothing,
  putBucketCors: fc.oneof(
    params({ CORSRules: corsRules }, { ResponseVary: fc.constantFrom('true', 'false') }),
    params({ CORSConfiguration: fc.record({ CORSRules: corsRules }) }),
  ),
  getBucketCors: nothing,
  deleteBucketCors: nothing,
  getBucketLocation: nothing,
  putBucketPolicy: params({
    Policy: fc.oneof(
      document,
      document.map((policy) => JSON.stringify(policy)),
    ),
  }),
  getBucketPolicy: nothing,
  deleteBucketPolicy: nothing,
  putBucketTagging: params({}, tagging),
  getBucketTagging: nothing,
  deleteBucketTagging: nothing,
  putBucketLifecycle: listOrDocument('Rules', 'LifecycleConfiguration'),
  getBucketLifecycle: nothing,
  deleteBucketLifecycle: nothing,
  putBucketVersioning: params({ VersioningConfiguration: document }),
  getBucketVersioning: nothing,
  putBucketReplication: params({
    ReplicationConfiguration: fc
      .tuple(text, fc.constantFrom('Rule', 'Rules'), documents)
      .map(([Role, name, rules]) => ({ Role, [name]: rules })),
  }),
  getBucketReplication: nothing,
  deleteBucketReplication: nothing,
  putBucketWebsite: params({
    WebsiteConfiguration: fc
      .tuple(document, fc.constantFrom('RoutingRule', 'RoutingRules', 'None'), documents)
      .map(([rest, name, rules]) => (name === 'None' ? rest : { ...rest, [name]: rules })),
  }),
  getBucketWebsite: nothing,
  deleteBucketWebsite: nothing,
  putBucketReferer: params({
    RefererConfiguration: fc
      .tuple(
        document,
        fc.constantFrom('Domain', 'Domains', 'None'),
        fc.array(text, { maxLength: 3 }),
      )
      .map(([rest, name, all]) =>
        name === 'None' ? rest : { ...rest, DomainList: { [name]: all } },
      ),
  }),
  getBucketReferer: nothing,
  putBucketDomain: listOrDocument('DomainRule', 'DomainConfiguration'),
  getBucketDomain: nothing,
  deleteBucketDomain: nothing,
  putBucketOrigin: listOrDocument('OriginRule', 'OriginConfiguration'),
  getBucketOrigin: nothing,
  deleteBucketOrigin: nothing,
  putBucketLogging: params({}, { BucketLoggingStatus: document }),
  getBucketLogging: nothing,
  putBucketInventory: params({
    Id: word,
    InventoryConfiguration: fc
      .tuple(
        document,
        fc.record(
          {
            OptionalFields: fc.array(word, { maxLength: 2 }),
            Destination: within(
              'COSBucketDestination',
              fc.record({ Encryption: within('SSECOS', text) }, { requiredKeys: [] }),
            ),
          },
          { requiredKeys: [] },
        ),
      )
      .map(([rest, own]) => ({ ...rest, ...own })),
  }),
  getBucketInventory: params({ Id: word }),
  listBucketInventory: params({}, { ContinuationToken: text }),
  deleteBucketInventory: params({ Id: word }),
  putBucketAccelerate: params({ AccelerateConfiguration: document }),
  getBucketAccelerate: nothing,

  headObject: oneVersion,
  getObject: object(
    {},
    {
      ...version,
      Query: query,
      QueryString: fc.constantFrom('imageView2/1', 'a=b&c'),
      DataType: fc.constantFrom('text', 'arraybuffer'),
      ResponseContentType: text,
      ResponseContentLanguage: text,
      ResponseExpires: text,
      ResponseCacheControl: text,
      ResponseContentDisposition: text,
      ResponseContentEncoding: text,
    },
  ),
  putObject: object({ Body: body }, { Query: query }),
  postObject: object({ FilePath: fc.constant('wxfile://f') }),
  appendObject: object({ Body: body, Position: fc.nat() }),
  deleteObject: oneVersion,
  deleteMultipleObject: params(
    {
      Objects: fc.array(fc.record({ Key: text, VersionId: word }, { requiredKeys: ['Key'] }), {
        minLength: 1,
        maxLength: 3,
      }),
    },
    { Quiet: fc.boolean() },
  ),
  getObjectAcl: oneVersion,
  putObjectAcl: object({}, acl),
  optionsObject: object(
    { Origin: word, AccessControlRequestMethod: fc.constantFrom('GET', 'PUT') },
    { AccessControlRequestHeaders: word },
  ),
  putObjectCopy: object(copySource, version),
  restoreObject: object({ RestoreRequest: document }, version),
  putObjectTagging: object({}, { ...tagging, ...version }),
  getObjectTagging: oneVersion,
  deleteObjectTagging: oneVersion,
  listObjectVersions: params({}, { Prefix: text, KeyMarker: text, VersionIdMarker: text, ...list }),
  multipartInit: object({}, { Query: query }),
  multipartUpload: object({ ...part, Body: body }),
  uploadPartCopy: object({ ...part, ...copySource }),
  multipartComplete: object({
    ...upload,
    Parts: fc.array(
      fc.record({
        PartNumber: fc.integer({ min: 1, max: 9 }),
        ETag: fc.oneof(
          word,
          word.map((tag) => `"${tag}"`),
        ),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  multipartList: params(
    {},
    {
      Prefix: text,
      Delimiter: text,
      EncodingType: fc.constant('url'),
      MaxUploads: number,
      KeyMarker: text,
      UploadIdMarker: text,
    },
  ),
  multipartListPart: object(upload, {
    EncodingType: fc.constant('url'),
    MaxParts: number,
    PartNumberMarker: number,
  }),
  multipartAbort: object(upload),
  request: params(
    { Method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD') },
    {
      Key: key,
      Action: fc.constantFrom('image_process', 'acl', 'tagging'),
      Query: query,
      Body: text,
      RawBody: fc.boolean(),
      DataType: fc.constantFrom('text', 'arraybuffer'),
      Url: fc.constantFrom(
        'https://test-1250000000.ci.ap-guangzhou.myqcloud.com/jobs',
        'https://ci.ap-guangzhou.myqcloud.com/',
      ),
    },
  ),
}
