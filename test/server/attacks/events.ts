import { BUCKET, HOST, REGION } from '../../support/testCloud'
import { type Attack, OWN } from './attack'

/** An event that a function must refuse, with one of the codes. */
export interface RefusedEvent {
  fn: 'cos-credentials' | 'cos-signature'
  name: string
  event: unknown
  codes: string[]
}

type InvalidEvent = Pick<RefusedEvent, 'name' | 'event'>

const own = `${OWN}x`
const entry = { action: 'name/cos:PutObject', bucket: BUCKET, region: REGION, prefix: own }
const nested = (depth: number): unknown => (depth === 0 ? own : [nested(depth - 1)])
const withProto = (json: string) => JSON.parse(json) as unknown

const ACTIONS = [
  '',
  '*',
  'name/cos:*',
  'cos:*',
  'name/cos:Put*',
  'name/cos:PutObject,name/cos:GetObject',
  'name/cos:putobject',
  'NAME/COS:PUTOBJECT',
  ' name/cos:PutObject',
  'name/cos:PutObject ',
  'name/cos:PutObject\u0000',
  'name/cos:PutObject\n',
  'name/name/cos:PutObject',
  'cos:cos:PutObject',
  'name/cam:PutObject',
  'name/sts:AssumeRole',
  'name/cos:PutObjectACL',
  'name/cos:PutBucketPolicy',
  'name/cos:DeleteBucket',
  'name/cos:GetService',
  'name/cos:AppendObject',
  'name/cos:GetBucketObjectVersions',
  'name/cos:\u0420utObject',
  '__proto__',
  'constructor',
  'name/cos:constructor',
  'name/cos:toString',
]

const NO_TEXT: unknown[] = [undefined, null, 0, 1, true, [], [own], {}, { toString: 'x' }]

const scoped = (name: string, scope: unknown): InvalidEvent => ({ name, event: { scope } })

/** Events that cos-credentials refuses. */
const invalidScopes: InvalidEvent[] = [
  ...ACTIONS.map((action) =>
    scoped(`the action ${JSON.stringify(action)}`, [{ ...entry, action }]),
  ),
  ...NO_TEXT.map((action) =>
    scoped(`an action that is ${JSON.stringify(action)}`, [{ ...entry, action }]),
  ),
  ...NO_TEXT.map((prefix) =>
    scoped(`a prefix that is ${JSON.stringify(prefix)}`, [{ ...entry, prefix }]),
  ),
  ...[
    'other-1250000000',
    `${BUCKET} `,
    `${BUCKET}/private`,
    '*',
    BUCKET.toUpperCase(),
    `${BUCKET},other-1`,
    null,
    [BUCKET],
    { toString: BUCKET },
  ].map((bucket) => scoped(`the bucket ${JSON.stringify(bucket)}`, [{ ...entry, bucket }])),
  ...['ap-beijing', '*', '', 'AP-GUANGZHOU', `${REGION}:uid/1`, null, [REGION]].map((region) =>
    scoped(`the region ${JSON.stringify(region)}`, [{ ...entry, region }]),
  ),
  scoped('no entries', []),
  scoped('51 entries', Array(51).fill(entry)),
  scoped('10,000 entries', Array(10_000).fill({})),
  scoped('a text', 'private'),
  scoped('a number', 7),
  scoped('true', true),
  scoped('entries that are null', [null]),
  scoped('entries that are texts', [own]),
  scoped('a list in a list', [[entry]]),
  scoped('an object with entries as numbers', { 0: entry, length: 1 }),
  scoped('one good entry and one bad', [entry, { ...entry, prefix: 'private/oAlice/x' }]),
  scoped('one bad entry among fifty', [...Array(49).fill(entry), { ...entry, action: '*' }]),
  scoped('a prefix of 100,000 characters', [{ ...entry, prefix: own + 'x'.repeat(90_000) }]),
  scoped('an action of 50,000 characters', [{ ...entry, action: 'x'.repeat(50_000) }]),
  scoped('1,000 lists in each other', nested(1000)),
  scoped('fields that come by __proto__', [withProto(`{"__proto__": ${JSON.stringify(entry)}}`)]),
  { name: 'an event that is a list', event: [entry] },
  { name: 'an event that is a text', event: JSON.stringify({ scope: [entry] }) },
  { name: 'an event that is a number', event: 1 },
  { name: 'scope and paths at once', event: { scope: [entry], paths: [OWN] } },
  { name: 'scope and create at once', event: { scope: [entry], create: {} } },
  ...[
    'private/',
    '',
    '/',
    'private',
    `${OWN}../oAlice/`,
    `${OWN}*/`,
    'private/*/',
    '**',
    '{openid}/',
    'private/{openid}x/',
    '%7Bopenid%7D/',
    'config/',
    '__proto__/',
    `${OWN}x`,
    'x'.repeat(5000),
    null,
    7,
    ['private/'],
    {},
  ].map((path) => ({
    name: `the path ${JSON.stringify(path).slice(0, 60)}`,
    event: { paths: [path] },
  })),
  ...[[], ['private/', OWN], Array(21).fill(OWN), 'private/', {}, 7].map((paths) => ({
    name: `the paths ${JSON.stringify(paths).slice(0, 60)}`,
    event: { paths },
  })),
  ...[
    [],
    ['*'],
    ['READ'],
    ['read', 'own'],
    ['__proto__'],
    [null],
    'read',
    {},
    Array(5).fill('read'),
  ].map((verbs) => ({ name: `the verbs ${JSON.stringify(verbs)}`, event: { verbs } })),
  ...[
    { path: 'private/' },
    { path: 'config/' },
    { path: `${OWN}x` },
    { path: `${OWN}../oAlice/` },
    { path: 'shared/oAlice0123456789-_abcdefghij/' },
    { extension: '../x' },
    { extension: '.jpg' },
    { extension: 'JPG' },
    { extension: 'x'.repeat(11) },
    { extension: 'a\nb' },
    { extension: 7 },
    { path: 7 },
    [],
    'x',
    7,
  ].map((create) => ({ name: `create ${JSON.stringify(create)}`, event: { create } })),
]

/** Headers that would make an allowed request do more. */
const HEADERS: Record<string, string>[] = [
  { 'x-cos-acl': 'public-read' },
  { 'x-cos-acl': 'public-read-write' },
  { 'X-COS-ACL': 'public-read' },
  { 'x-cos-acl': 'Private, public-read' },
  { 'x-cos-acl': '' },
  { 'x-cos-grant-read': 'id="100000000009"' },
  { 'x-cos-grant-write': 'id="100000000009"' },
  { 'x-cos-grant-read-acp': 'id="100000000009"' },
  { 'x-cos-grant-write-acp': 'id="100000000009"' },
  { 'x-cos-grant-full-control': 'id="100000000009"' },
  { 'X-Cos-Grant-Full-Control': 'id="100000000009"' },
  { 'Pic-Operations': '{"rules":[{"fileid":"/private/oAlice/x","rule":"imageView2/1"}]}' },
  { 'x-cos-callback': 'e30=' },
  { 'x-cos-callback-var': 'e30=' },
  { 'x-cos-return-body': 'e30=' },
  { 'x-cos-tagging': 'a=b' },
  { 'x-cos-website-redirect-location': 'https://evil.example/' },
  { 'x-cos-object-lock-mode': 'COMPLIANCE' },
  { 'x-cos-symlink-target': 'private/oAlice/x' },
  { 'x-cos-security-token': 'x' },
  { 'x-cos-metadata-directive': 'Replaced' },
  { 'x-cos-copy-source-if-match': 'x' },
  { 'x-cos-meta-': 'x' },
  { 'x-cos-meta-a b': 'x' },
  { 'x-cos-mfa': 'x' },
  { 'x-cos-': 'x' },
  { 'x-cos-new-and-unknown': 'x' },
  { 'x-ci-process': 'x' },
  { Authorization: 'x' },
  { Cookie: 'x' },
  { 'Transfer-Encoding': 'chunked' },
  { 'X-Forwarded-Host': 'evil.example' },
  { Host: 'evil.example' },
  { Host: '' },
  { Host: `${HOST}.` },
  { Host: `${HOST}:444` },
  { Host: HOST.toUpperCase() },
  { Host: 'other-1250000000.cos.ap-guangzhou.myqcloud.com' },
  { Host: 'media-1250000000.cos.ap-beijing.myqcloud.com' },
  { Host: HOST, host: 'evil.example' },
  { 'x-cos-meta-a': 'x\r\nx-cos-acl: public-read' },
  { 'x-cos-meta-a\r\nx-cos-acl: public-read\r\nb': 'x' },
  { 'content-disposition': 'a\u0000b' },
  { 'x-cos-meta-long': 'x'.repeat(5000) },
  { __proto__x: 'x' },
  { constructor: 'x' },
  { 'x-cos-meta-a': '\ud800' },
  { 'x-cos-meta-a': 'a\udc00b' },
  { 'content-disposition': 'attachment; filename="\ud83d"' },
  { x_cos_acl: 'public-read' },
  { 'x-cos-acl ': 'public-read' },
]

/** Parameters that would turn an allowed request into another one. */
const QUERIES: Record<string, string>[] = [
  { partNumber: '1', uploadId: '' },
  { partNumber: '-1', uploadId: 'u' },
  { partNumber: '1;2', uploadId: 'u' },
  { partNumber: '1' },
  { uploadId: 'u' },
  { uploadid: 'u', partnumber: '1' },
  { acl: '' },
  { ACL: '' },
  { 'acl ': '' },
  { '%61cl': '' },
  { sign: 'x' },
  { 'q-ak': 'x' },
  { 'x-cos-security-token': 'x' },
  { 'x-cos-acl': 'public-read' },
  { 'x-amz-acl': 'public-read' },
  { prefix: 'private/' },
  { __proto__x: '' },
  { constructor: '' },
  { 'imageMogr2/thumbnail/1x': '' },
  { unknown: 'x' },
  { 'x-cos-grant-read': 'id="100000000009"' },
  { '\ud800': '' },
]

const READS: Record<string, string>[] = [
  { 'watermark/1/image/aHR0cDovL2V4YW1wbGUv': '' },
  { 'imageMogr2/thumbnail/1x|watermark/1/image/aHR0cA==': '' },
  { 'imageMogr2/thumbnail/1x': 'x' },
  { 'ci-process': 'AIImageColoring' },
  { 'ci-process': 'snapshot', time: '1' },
  { imageMogr: '' },
  { 'response-content-type': 'text/html\r\nX: y' },
  { 'RESPONSE-content-type': 'text/html' },
  { torrent: '' },
  { 'response-content-type': '\ud800' },
  { 'response-content-disposition': 'attachment; filename=\udfff' },
]

/** Requests on the attacker's own object that cos-signature refuses for their headers or parameters. */
const invalidRequests: Attack[] = [
  ...HEADERS.map((headers) => ({
    name: `PUT with the headers ${JSON.stringify(headers).slice(0, 90)}`,
    method: 'PUT',
    key: own,
    headers,
  })),
  ...QUERIES.map((query) => ({
    name: `PUT with the parameters ${JSON.stringify(query)}`,
    method: 'PUT',
    key: own,
    query,
  })),
  ...READS.map((query) => ({ name: `GET with ${JSON.stringify(query)}`, key: own, query })),
]

/** Malformed events of cos-signature. */
const invalidDescriptions: InvalidEvent[] = [
  ...[
    'OPTIONS',
    'PATCH',
    'TRACE',
    'COPY',
    'GET ',
    '',
    'get\n',
    '__proto__',
    null,
    7,
    ['GET'],
    {},
  ].map((Method) => ({
    name: `the method ${JSON.stringify(Method)}`,
    event: { Method, Key: own },
  })),
  ...[null, 7, [own], {}, true].map((Key) => ({
    name: `the key ${JSON.stringify(Key)}`,
    event: { Method: 'GET', Key },
  })),
  ...[own, '', `//${own}`, `/${own}?acl`, `/${own}%00`, 7, null, [`/${own}`]].map((Pathname) => ({
    name: `the pathname ${JSON.stringify(Pathname)}`,
    event: { Method: 'GET', Pathname },
  })),
  { name: 'two objects', event: { Method: 'GET', Key: own, Pathname: `/${own}2` } },
  {
    name: 'a path-style address',
    event: { Method: 'GET', Key: own, Pathname: `/${BUCKET}/${own}` },
  },
  ...['x-1250000000', `${BUCKET} `, 7, [BUCKET]].map((Bucket) => ({
    name: `the bucket ${JSON.stringify(Bucket)}`,
    event: { Method: 'GET', Key: own, Bucket },
  })),
  ...['ap-beijing', 7].map((Region) => ({
    name: `the region ${JSON.stringify(Region)}`,
    event: { Method: 'GET', Key: own, Region },
  })),
  ...[0, -1, 901, 1.5, '60', Number.MAX_SAFE_INTEGER, {}, true].map((expires) => ({
    name: `a signature good for ${JSON.stringify(expires)} s`,
    event: { Method: 'GET', Key: own, expires },
  })),
  ...['x', 7, [], [['a', 'b']], true].map((Query) => ({
    name: `the query ${JSON.stringify(Query)}`,
    event: { Method: 'GET', Key: own, Query: Array.isArray(Query) ? Query : (Query as unknown) },
  })),
  ...[null, {}, [], true].map((value) => ({
    name: `a parameter that is ${JSON.stringify(value)}`,
    event: { Method: 'GET', Key: own, Query: { versionId: value } },
  })),
  {
    name: '10,000 parameters',
    event: {
      Method: 'GET',
      Key: own,
      Query: Object.fromEntries(Array.from({ length: 8000 }, (_, i) => [`p${i}`, ''])),
    },
  },
  {
    name: '1,000 headers',
    event: {
      Method: 'GET',
      Key: own,
      Headers: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`x-cos-meta-${i}`, ''])),
    },
  },
  ...['true', 1, {}].map((presign) => ({
    name: `presign ${JSON.stringify(presign)}`,
    event: { Method: 'GET', Key: own, presign },
  })),
  {
    name: 'a URL for a list',
    event: { Method: 'GET', Query: { prefix: OWN }, presign: true },
  },
  { name: 'a form upload', event: { Method: 'POST', Pathname: '/' } },
  { name: 'a multi-delete', event: { Method: 'POST', Pathname: '/', Query: { delete: '' } } },
  { name: 'the bucket itself', event: { Method: 'GET', Pathname: '/' } },
  { name: 'the bucket’s head', event: { Method: 'HEAD', Pathname: '/' } },
  { name: 'deleting the bucket', event: { Method: 'DELETE', Pathname: '/' } },
  {
    name: 'all buckets',
    event: { Method: 'GET', Pathname: '/', Headers: { Host: 'service.cos.myqcloud.com' } },
  },
]

const CODES = {
  'cos-credentials': ['KitScopeRefused', 'KitPathRefused', 'KitBadRequest'],
  'cos-signature': ['KitRequestRefused'],
}

const refusedBy =
  (fn: RefusedEvent['fn']) =>
  ({ name, event }: InvalidEvent): RefusedEvent => ({ fn, name, event, codes: CODES[fn] })

/** Malformed events, and requests with something that no signature may cover. */
export const MALFORMED_EVENTS: RefusedEvent[] = [
  ...invalidScopes.map(refusedBy('cos-credentials')),
  ...invalidDescriptions.map(refusedBy('cos-signature')),
  ...invalidRequests
    .map(({ name, method = 'GET', key, query, headers }) => ({
      name,
      event: { Method: method, Key: key, Query: query, Headers: headers },
    }))
    .map(refusedBy('cos-signature')),
]
