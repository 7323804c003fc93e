import { createHash, createHmac } from 'node:crypto'
import { connect } from 'node:net'
import sharp from 'sharp'
import { COS_ERRORS, type CosErrorCode } from '../../packages/local-cloud/src/cos/errors'
import { type RawResponse, send, signByOfficialSdk, signedRequests } from '../support/cosRequests'
import { MIB } from '../support/fakePhone'

import { BUCKET, HOST, REGION, temporaryKey, useTestCloud } from '../support/testCloud'

const OTHER = 'other-1250000000'
const OTHER_HOST = HOST.replace(BUCKET, OTHER)

const cloud = useTestCloud({
  buckets: [
    { name: BUCKET, region: REGION },
    { name: OTHER, region: REGION },
    { name: 'empty-1250000000', region: REGION },
  ],
  clock: () => Date.now() + skew,
})
let skew = 0
beforeAll(async () => {
  await signed('PUT', 'there', { body: 'content' })
  await signed('PUT', 'archived', { body: 'x', headers: { 'x-cos-storage-class': 'ARCHIVE' } })
  await signed('POST', 'log', { query: { append: '', position: '0' }, body: 'one' })
  await signed('PUT', 'v', { host: OTHER_HOST, body: 'x' })
})
afterEach(() => {
  skew = 0
})

const signed = signedRequests(() => cloud)
const md5 = (body: string) => createHash('md5').update(body).digest('base64')
const setting = (name: string, body: string, host = HOST) =>
  signed('PUT', '', { query: { [name]: '' }, body, host })
const source = (key: string) => ({ 'x-cos-copy-source': `${HOST}/${key}` })

async function begin(key: string): Promise<string> {
  const { body } = await signed('POST', key, { query: { uploads: '' }, body: '' })
  return /<UploadId>(.*)<\/UploadId>/.exec(body)?.[1] as string
}

const partList = (parts: [number, string][]) =>
  `<CompleteMultipartUpload>${parts
    .map(([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`)
    .join('')}</CompleteMultipartUpload>`

const FORBID = { 'x-cos-forbid-overwrite': 'true' }

async function complete(
  sizes: number[],
  list: (etags: string[]) => [number, string][],
  key = 'm',
  headers: Record<string, string> = {},
) {
  const uploadId = await begin(key)
  const etags: string[] = []
  for (const [i, size] of sizes.entries()) {
    const query = { partNumber: String(i + 1), uploadId }
    const part = await signed('PUT', key, { query, body: Buffer.alloc(size, i) })
    etags.push(part.headers.etag as string)
  }
  return signed('POST', key, { query: { uploadId }, headers, body: partList(list(etags)) })
}

type Fields = Record<string, string>
function form(fields: Fields, files = 1, headers: Record<string, string> = {}) {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const file =
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\ncontent\r\n'.repeat(
      files,
    )
  return send(cloud.cos, {
    method: 'POST',
    headers: { 'Content-Type': 'multipart/form-data; boundary=b', ...headers },
    body: `${parts.join('')}${file}--b--\r\n`,
  })
}
const signature = () => signByOfficialSdk({ method: 'POST' })

/** Sends a request over a socket. @param ends whether the client closes its side afterwards */
function overSocket(method: string, key: string, headers: string[], body: string, ends: boolean) {
  const { port } = new URL(cloud.cos)
  const Authorization = signByOfficialSdk({ method, key })
  const lines = [`${method} /${key} HTTP/1.1`, `Host: ${HOST}`, `Authorization: ${Authorization}`]
  const text = `${[...lines, ...headers].join('\r\n')}\r\n\r\n${body}`
  return new Promise<RawResponse>((resolve, reject) => {
    let answer = ''
    const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true }, () => {
      if (ends) socket.end(text)
      else socket.write(text)
    })
    socket.on('data', (chunk) => {
      answer += String(chunk)
    })
    socket.on('error', reject)
    socket.on('end', () => socket.destroy())
    socket.on('close', () => resolve(parsed(answer)))
  })
}

function parsed(answer: string): RawResponse {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(
    lines.map((one) => [one.split(':')[0]?.toLowerCase(), one.split(': ')[1]]),
  )
  return { status: Number(first.split(' ')[1]), headers, body, bytes: Buffer.from(body) }
}

/** A body that ends before its announced length. */
const cutShort = () => overSocket('PUT', 'cut', ['Content-Length: 10'], 'short', true)

const preflight = (headers: Record<string, string>) =>
  send(cloud.cos, { method: 'OPTIONS', path: '/there', headers })
const tags = (list: [string, string][]) =>
  `<Tagging><TagSet>${list
    .map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`)
    .join('')}</TagSet></Tagging>`
const LARGE = String(5 * 1024 ** 3 + 1)
const ORIGIN = '<AllowedOrigin>*</AllowedOrigin>'
const rule = (inner: string) =>
  `<CORSConfiguration><CORSRule>${inner}</CORSRule></CORSConfiguration>`
const replication =
  '<ReplicationConfiguration><Role>qcs::cam::uin/1:uin/1</Role><Rule><Status>Enabled</Status><Prefix></Prefix><Destination><Bucket>qcs::cos:ap-beijing::x-1250000000</Bucket></Destination></Rule></ReplicationConfiguration>'
const acl = (inner: string) => `<AccessControlPolicy>${inner}</AccessControlPolicy>`
const OWNER = '<Owner><ID>qcs::cam::uin/100000000001:uin/100000000001</ID></Owner>'
const policy = (statement: object, more: object = {}) =>
  JSON.stringify({ version: '2.0', statement: [statement], ...more })
const ALLOW = {
  effect: 'allow',
  principal: { qcs: ['qcs::cam::anyone:anyone'] },
  action: ['name/cos:GetObject'],
  resource: [`qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`],
}

/** A condition, its documented error code, and a request that causes it. */
type Request = () => Promise<RawResponse>
/** Requests by the code and the condition of their error, some with its message. */
type Cases = Partial<Record<CosErrorCode, Record<string, Request | [Request, message: string]>>>

const AUTHENTICATION: Cases = {
  AccessDenied: {
    'no signature': () => send(cloud.cos, { path: '/there' }),
    'an expired signature': [
      () => signed('GET', 'there', { keyTime: '1500000000;1500000600' }),
      'Request has expired',
    ],
    'a key whose policy does not allow it': () => withTemporaryKey(0),
  },
  NoSuchBucket: {
    'an unknown bucket': () => signed('GET', 'k', { host: HOST.replace('media', 'nothing') }),
    'a bucket of another region': () =>
      signed('GET', 'k', { host: HOST.replace('guangzhou', 'beijing') }),
  },
  InvalidAccessKeyId: {
    'an unknown key': () =>
      signed('GET', 'there', { key: { SecretId: 'AKIDnobody', SecretKey: 'x' } }),
  },
  SignatureDoesNotMatch: {
    'a wrong secret': () =>
      signed('GET', 'there', { key: { SecretId: 'AKIDtestroot', SecretKey: 'wrong' } }),
    'a header that is listed as signed but not sent': () =>
      send(cloud.cos, {
        path: '/there',
        headers: {
          Authorization: signByOfficialSdk({ key: 'there', headers: { 'x-cos-meta-a': '1' } }),
        },
      }),
  },
  InvalidArgument: {
    'an invalid Authorization': () =>
      send(cloud.cos, { path: '/there', headers: { Authorization: 'Basic abc' } }),
  },
  RequestTimeTooSkewed: {
    'a signature that is not valid yet': () => {
      const start = Math.floor(Date.now() / 1000) + 3600
      return signed('GET', 'there', { keyTime: `${start};${start + 600}` })
    },
  },
  ExpiredToken: {
    'an expired key': () => withTemporaryKey(7200),
  },
  PathStyleDomainForbidden: {
    'a path-style address': () =>
      send(cloud.cos, {
        path: `/${BUCKET}/there`,
        headers: { Host: `cos.${REGION}.myqcloud.com` },
      }),
  },
  AccessForbidden: {
    'a preflight without CORS rules': () =>
      preflight({ Origin: 'http://a.com', 'Access-Control-Request-Method': 'GET' }),
  },
  InvalidRequest: {
    'a preflight without Origin': () => preflight({}),
    'response overrides without a signature': async () => {
      await signed('PUT', 'open', { body: 'x', headers: { 'x-cos-acl': 'public-read' } })
      return send(cloud.cos, { path: '/open?response-content-type=text%2Fplain' })
    },
  },
}

async function withTemporaryKey(secondsLater: number): Promise<RawResponse> {
  const key = await temporaryKey(cloud, [{ action: ['PutObject'], path: '*' }])
  skew = secondsLater * 1000
  const now = Math.floor((Date.now() + skew) / 1000)
  const headers = { 'x-cos-security-token': key.sessionToken }
  const pair = { SecretId: key.tmpSecretId, SecretKey: key.tmpSecretKey }
  return signed('GET', 'there', { key: pair, keyTime: `${now - 1};${now + 60}`, headers })
}

const restore = (key: string) =>
  signed('POST', key, {
    query: { restore: '' },
    body: '<RestoreRequest><Days>1</Days><CASJobParameters><Tier>Bulk</Tier></CASJobParameters></RestoreRequest>',
  })

const OBJECTS: Cases = {
  NoSuchKey: {
    'an unknown key name': () => signed('GET', 'nothing'),
    'the ACL of a missing object': () => signed('GET', 'nothing', { query: { acl: '' } }),
    'the tags of a missing object': () => signed('GET', 'nothing', { query: { tagging: '' } }),
  },
  NoSuchVersion: {
    'an unknown version': () => signed('GET', 'there', { query: { versionId: 'x' } }),
  },
  InvalidRange: {
    'a range beyond the end': () => signed('GET', 'there', { headers: { Range: 'bytes=7-' } }),
  },
  PreconditionFailed: {
    'If-Match of another': () => signed('GET', 'there', { headers: { 'If-Match': '"x"' } }),
    'If-Unmodified-Since before': () =>
      signed('GET', 'there', {
        headers: { 'If-Unmodified-Since': 'Thu, 01 Jan 2015 00:00:00 GMT' },
      }),
  },
  InvalidObjectState: {
    'an archived object read': () => signed('GET', 'archived'),
  },
  IncompleteBody: {
    'a body shorter than announced': cutShort,
  },
  MissingContentLength: {
    'neither length nor chunks': () => overSocket('PUT', 'k', ['Connection: close'], '', false),
  },
  EntityTooLarge: {
    'a body of more than 5 GB': () => announced(LARGE),
  },
  BadDigest: {
    'a body with another MD5': () =>
      signed('PUT', 'k', { body: 'x', headers: { 'Content-MD5': md5('y') } }),
  },
  InvalidDigest: {
    'an invalid MD5': () => signed('PUT', 'k', { body: 'x', headers: { 'Content-MD5': 'abc' } }),
  },
  KeyTooLong: {
    'a key of 851 bytes': () => signed('PUT', 'k'.repeat(851), { body: 'x' }),
  },
  InvalidObjectName: {
    'a key that starts with a backslash': () => signed('PUT', '\\k', { body: 'x' }),
  },
  InvalidURI: {
    'a path that is not UTF-8': () => send(cloud.cos, { path: '/%ff' }),
  },
  NotSupportedStorageClass: {
    'an unknown storage class': () =>
      signed('PUT', 'k', { body: 'x', headers: { 'x-cos-storage-class': 'SHINY' } }),
  },
  InvalidArgument: {
    'metadata of more than 2 KB': () =>
      signed('PUT', 'k', { body: 'x', headers: { 'x-cos-meta-a': 'a'.repeat(2049) } }),
    'a metadata name with an underscore': () =>
      signed('PUT', 'k', { body: 'x', headers: { 'x-cos-meta-a_b': '1' } }),
    'an ACL that is not for objects': () =>
      signed('PUT', 'k', { body: 'x', headers: { 'x-cos-acl': 'public-read-write' } }),
    'an invalid grantee': () =>
      signed('PUT', 'k', { body: 'x', headers: { 'x-cos-grant-read': 'somebody' } }),
    'too low a traffic limit': () =>
      signed('PUT', 'k', { body: 'x', headers: { 'x-cos-traffic-limit': '819199' } }),
    'too high a traffic limit': () =>
      signed('GET', 'there', { query: { 'x-cos-traffic-limit': '838860801' } }),
  },
  InvalidTag: {
    'eleven tags': () => {
      const header = Array.from({ length: 11 }, (_, i) => `k${i}=v`).join('&')
      return signed('PUT', 'k', { body: 'x', headers: { 'x-cos-tagging': header } })
    },
    'a duplicate tag': () =>
      signed('PUT', 'there', {
        query: { tagging: '' },
        body: tags([
          ['a', '1'],
          ['a', '2'],
        ]),
      }),
    'a tag key of 128 characters': () =>
      signed('PUT', 'there', { query: { tagging: '' }, body: tags([['k'.repeat(128), 'v']]) }),
    'a tag value of 256 characters': () =>
      signed('PUT', 'there', { query: { tagging: '' }, body: tags([['k', 'v'.repeat(256)]]) }),
    'a tag with an invalid character': () =>
      signed('PUT', 'there', { query: { tagging: '' }, body: tags([['a!b', 'v']]) }),
    'a reserved tag': () =>
      signed('PUT', 'there', { query: { tagging: '' }, body: tags([['qcs:a', 'v']]) }),
  },
  NotImplemented: {
    'encryption by SSE-KMS': () =>
      signed('PUT', 'k', { body: 'x', headers: { 'x-cos-server-side-encryption': 'cos/kms' } }),
    'a sub-resource that is not imitated': () =>
      signed('POST', 'there', { query: { select: '' }, body: 'x' }),
  },
  SSEContentNotSupported: {
    'encryption by an unknown method': () =>
      signed('PUT', 'k', { body: 'x', headers: { 'x-cos-server-side-encryption': 'ROT13' } }),
  },
  SSEHeaderNotAllowed: {
    'an encryption header of a read': () =>
      signed('GET', 'there', { headers: { 'x-cos-server-side-encryption': 'AES256' } }),
  },
  RestoreNonArchiveObject: {
    'restoring an object that is not archived': () => restore('there'),
  },
  RestoreAlreadyInProgress: {
    'restoring an object twice': async () => {
      await restore('archived')
      return restore('archived')
    },
  },
  MethodNotAllowed: {
    'a method without an operation of the sub-resource': () =>
      signed('DELETE', 'there', { query: { acl: '' } }),
    'an unknown method': () => signed('PATCH', 'there', { body: 'x' }),
  },
  MissingRequestBodyError: {
    'ACL without a body': () =>
      signed('PUT', 'there', { query: { acl: '' }, headers: { 'Content-Length': 0 } }),
  },
  InvalidRequest: {
    'ACL by header and body': () =>
      signed('PUT', 'there', {
        query: { acl: '' },
        headers: { 'x-cos-acl': 'private' },
        body: acl(OWNER),
      }),
  },
  MalformedXML: {
    'ACL without an owner': () =>
      signed('PUT', 'there', { query: { acl: '' }, body: acl('<AccessControlList/>') }),
    'ACL without a list': () => signed('PUT', 'there', { query: { acl: '' }, body: acl(OWNER) }),
    'ACL with an unknown permission': () =>
      signed('PUT', 'there', {
        query: { acl: '' },
        body: acl(
          `${OWNER}<AccessControlList><Grant><Grantee><ID>1</ID></Grantee><Permission>OWN</Permission></Grant></AccessControlList>`,
        ),
      }),
  },
  NoSuchTagSet: {
    'the tags of an object without tags': () => signed('GET', 'there', { query: { tagging: '' } }),
  },
}

/** A body that is announced but not sent: it must be refused before. */
const announced = (length: string) =>
  signed('PUT', 'large', { headers: { 'Content-Length': length, Connection: 'close' } })

const WRITES: Cases = {
  NoSuchKey: {
    'a copy of a missing object': () =>
      signed('PUT', 'k', { headers: source('nothing'), body: '' }),
  },
  NoSuchBucket: {
    'a copy from a missing bucket': () =>
      signed('PUT', 'k', {
        headers: { 'x-cos-copy-source': `${HOST.replace('media', 'nothing')}/k` },
        body: '',
      }),
  },
  InvalidCopySource: {
    'an invalid copy source': () =>
      signed('PUT', 'k', { headers: { 'x-cos-copy-source': 'there' }, body: '' }),
  },
  InvalidRequest: {
    'a copy onto itself that changes nothing': () =>
      signed('PUT', 'there', { headers: source('there'), body: '' }),
    'a multi-object deletion without MD5': () =>
      signed('POST', '', {
        query: { delete: '' },
        body: '<Delete><Object><Key>a</Key></Object></Delete>',
      }),
  },
  InvalidArgument: {
    'an unknown directive': () =>
      signed('PUT', 'k', {
        headers: { ...source('there'), 'x-cos-metadata-directive': 'Keep' },
        body: '',
      }),
    'an append without a position': () =>
      signed('POST', 'log', { query: { append: '' }, body: 'x' }),
    'an append at an invalid position': () =>
      signed('POST', 'log', { query: { append: '', position: 'end' }, body: 'x' }),
    'an invalid x-cos-forbid-overwrite': () =>
      signed('PUT', 'there', { headers: { 'x-cos-forbid-overwrite': 'yes' }, body: 'x' }),
    'part number 0': async () =>
      signed('PUT', 'm', { query: { partNumber: '0', uploadId: await begin('m') }, body: 'x' }),
    'part number 10001': async () =>
      signed('PUT', 'm', { query: { partNumber: '10001', uploadId: await begin('m') }, body: 'x' }),
    'a part without its number': async () =>
      signed('PUT', 'm', { query: { uploadId: await begin('m') }, body: 'x' }),
    'a part without its upload': () =>
      signed('PUT', 'm', { query: { partNumber: '1' }, body: 'x' }),
    'a part copied by an open range': async () =>
      signed('PUT', 'm', {
        query: { partNumber: '1', uploadId: await begin('m') },
        headers: { ...source('there'), 'x-cos-copy-source-range': 'bytes=0-' },
        body: '',
      }),
  },
  PreconditionFailed: {
    'a copy source that has changed': () =>
      signed('PUT', 'k', {
        headers: { ...source('there'), 'x-cos-copy-source-if-match': '"x"' },
        body: '',
      }),
    'a copy source that has not changed': () =>
      signed('PUT', 'k', {
        headers: { ...source('there'), 'x-cos-copy-source-if-none-match': '*' },
        body: '',
      }),
  },
  InvalidObjectState: {
    'a copy of an archived object': () =>
      signed('PUT', 'k', { headers: source('archived'), body: '' }),
  },
  AppendPositionErr: {
    'an append at another position than the end': () =>
      signed('POST', 'log', { query: { append: '', position: '1' }, body: 'x' }),
  },
  ObjectNotAppendable: {
    'an append to a plain object': () =>
      signed('POST', 'there', { query: { append: '', position: '7' }, body: 'x' }),
  },
  FileAlreadyExists: {
    'forbidden overwriting: PUT': () => signed('PUT', 'there', { headers: FORBID, body: 'x' }),
    'forbidden overwriting: COPY': () =>
      signed('PUT', 'there', { headers: { ...FORBID, ...source('log') }, body: '' }),
    'forbidden overwriting: INIT': () =>
      signed('POST', 'there', { query: { uploads: '' }, headers: FORBID, body: '' }),
    'an object created before an upload that forbids overwriting is completed': () =>
      complete([1], ([etag = '']) => [[1, etag]], 'there', FORBID),
  },
  NoSuchUpload: {
    'an unknown upload': () =>
      signed('PUT', 'm', { query: { partNumber: '1', uploadId: 'none' }, body: 'x' }),
    'an upload of another key': async () =>
      signed('PUT', 'n', { query: { partNumber: '1', uploadId: await begin('m') }, body: 'x' }),
    'an aborted upload': async () => {
      const uploadId = await begin('m')
      await signed('DELETE', 'm', { query: { uploadId } })
      return signed('DELETE', 'm', { query: { uploadId } })
    },
  },
  ListPartUploadIdIsEmpty: {
    'a list of parts with an empty upload id': () =>
      signed('GET', 'm', { query: { uploadId: '' } }),
  },
  InvalidRange: {
    'a part copied from beyond the end': async () =>
      signed('PUT', 'm', {
        query: { partNumber: '1', uploadId: await begin('m') },
        headers: { ...source('there'), 'x-cos-copy-source-range': 'bytes=0-7' },
        body: '',
      }),
  },
  MalformedXML: {
    'a completion without parts': async () =>
      signed('POST', 'm', {
        query: { uploadId: await begin('m') },
        body: '<CompleteMultipartUpload></CompleteMultipartUpload>',
      }),
    'a deletion of 1,001 keys': () => {
      const body = `<Delete>${'<Object><Key>a</Key></Object>'.repeat(1001)}</Delete>`
      return signed('POST', '', {
        query: { delete: '' },
        body,
        headers: { 'Content-MD5': md5(body) },
      })
    },
    'invalid XML': () => setting('tagging', '<Tagging><TagSet>'),
    'XML with entities of its own': () =>
      setting('tagging', `<!DOCTYPE t [<!ENTITY a "b">]>${tags([['a', '&a;']])}`),
  },
  MissingRequestBodyError: {
    'a completion without a body': async () =>
      signed('POST', 'm', {
        query: { uploadId: await begin('m') },
        headers: { 'Content-Length': 0 },
      }),
  },
  InvalidPartOrder: {
    'parts out of order': () =>
      complete([MIB, 5], ([a = '', b = '']) => [
        [2, b],
        [1, a],
      ]),
    'a duplicate part': () =>
      complete([MIB], ([a = '']) => [
        [1, a],
        [1, a],
      ]),
  },
  InvalidPart: {
    'a part with another ETag': () =>
      complete([5], () => [[1, '"0123456789abcdef0123456789abcdef"']]),
    'a part that was not uploaded': () =>
      complete([MIB], ([a = '']) => [
        [1, a],
        [2, a],
      ]),
    'part numbers that are not consecutive': () =>
      complete([MIB, MIB, 5], ([a = '', , c = '']) => [
        [1, a],
        [3, c],
      ]),
  },
  EntityTooSmall: {
    'a part below 1 MB before the last': () =>
      complete([5, 5], ([a = '', b = '']) => [
        [1, a],
        [2, b],
      ]),
  },
  XMLSizeLimit: {
    'XML of more than 4 MB': () => setting('tagging', `<Tagging>${' '.repeat(4 * MIB)}</Tagging>`),
  },
}

const FORMS: Cases = {
  MalformedPOSTRequest: {
    'a form without a file': () => form({ key: 'f', Signature: signature() }, 0),
    'a form without its boundary': () =>
      form({ key: 'f', Signature: signature() }, 1, {
        'Content-Type': 'multipart/form-data; boundary=c',
      }),
  },
  IncorrectNumberOfFilesInPostRequest: {
    'a form with two files': () => form({ key: 'f', Signature: signature() }, 2),
  },
  InvalidArgument: {
    'a form without a key': () => form({ Signature: signature() }),
    'a form with too low a traffic limit': () =>
      form({ key: 'f', Signature: signature(), 'x-cos-traffic-limit': '1' }),
  },
  AccessDenied: {
    'a form without a signature': () => form({ key: 'f' }),
  },
  SignatureDoesNotMatch: {
    'a form with a wrong signature': () =>
      form({ key: 'f', Signature: signature().replace(/.{4}$/, '0000') }),
  },
  BadDigest: {
    'a form with a wrong MD5': () =>
      form({ key: 'f', Signature: signature(), 'Content-MD5': md5('other') }),
  },
  InvalidDigest: {
    'a form with an invalid MD5': () =>
      form({ key: 'f', Signature: signature(), 'Content-MD5': 'x' }),
  },
  InvalidPolicyDocument: {
    'a form whose policy is not JSON': [
      () => policyForm('{'),
      'You must provide condition if you specify a policy in post object request.',
    ],
    'a form whose policy has no conditions': [
      () => policyForm(JSON.stringify({ expiration: '2099-01-01T00:00:00Z' })),
      'You must provide condition if you specify a policy in post object request.',
    ],
  },
}

function policyForm(text: string) {
  const sha1 = (body: string) => createHash('sha1').update(body).digest('hex')
  const now = Math.floor(Date.now() / 1000)
  const keyTime = `${now - 1};${now + 60}`
  const signKey = hmac('testrootsecret', keyTime)
  return form({
    key: 'f',
    policy: Buffer.from(text).toString('base64'),
    'q-sign-algorithm': 'sha1',
    'q-ak': 'AKIDtestroot',
    'q-key-time': keyTime,
    'q-signature': hmac(signKey, sha1(text)),
  })
}

const BUCKETS: Cases = {
  BucketAlreadyOwnedByYou: {
    'a bucket created twice': () => signed('PUT', '', { body: '' }),
  },
  BucketNotEmpty: {
    'a bucket that is not empty': () => signed('DELETE', ''),
  },
  InvalidBucketName: {
    'a bucket name without APPID': () =>
      signed('PUT', '', { host: HOST.replace(BUCKET, 'media'), body: '' }),
    'a bucket name with an underscore': () =>
      signed('GET', '', { host: HOST.replace(BUCKET, 'a_b-1250000000') }),
  },
  BucketNameTooLong: {
    'a bucket name of 61 characters': () =>
      signed('PUT', '', { host: HOST.replace(BUCKET, `${'b'.repeat(50)}-1250000000`), body: '' }),
  },
  InvalidRegionName: {
    'a bucket without a region': () =>
      signed('PUT', '', { host: 'new-1250000000.example.com', body: '' }),
  },
  BucketAccelerateNotEnabled: {
    'an acceleration endpoint that is not enabled': () =>
      signed('GET', 'there', { host: `${BUCKET}.cos.accelerate.myqcloud.com` }),
  },
  ActionAccelerateNotSupported: {
    'a configuration request to an acceleration endpoint': async () => {
      await setting(
        'accelerate',
        '<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>',
        OTHER_HOST,
      )
      return signed('GET', '', { query: { acl: '' }, host: `${OTHER}.cos.accelerate.myqcloud.com` })
    },
  },
  InvalidArgument: {
    'a list of -1 keys': () => signed('GET', '', { query: { 'max-keys': '-1' } }),
    'a list in an unknown encoding': () =>
      signed('GET', '', { query: { 'encoding-type': 'base64' } }),
    'a version marker without a key marker': () =>
      signed('GET', '', { query: { versions: '', 'version-id-marker': 'x' } }),
    'a list of 0 uploads': () => signed('GET', '', { query: { uploads: '', 'max-uploads': '0' } }),
  },
  InvalidDelimiter: {
    'a delimiter of two characters': () => signed('GET', '', { query: { delimiter: 'ab' } }),
  },
  InventoryConfigurationNotFoundError: {
    'an unknown inventory': () => signed('GET', '', { query: { inventory: '', id: 'x' } }),
  },
  MalformedXML: {
    'a CORS rule without a method': () => setting('cors', rule(ORIGIN)),
    'a CORS rule without an origin': () =>
      setting('cors', rule('<AllowedMethod>GET</AllowedMethod>')),
    'a CORS rule with PATCH': () =>
      setting('cors', rule(`${ORIGIN}<AllowedMethod>PATCH</AllowedMethod>`)),
    'a CORS origin with two wildcards': () =>
      setting(
        'cors',
        rule('<AllowedOrigin>http://*.*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>'),
      ),
    '101 CORS rules': () =>
      setting(
        'cors',
        `<CORSConfiguration>${`<CORSRule>${ORIGIN}<AllowedMethod>GET</AllowedMethod></CORSRule>`.repeat(101)}</CORSConfiguration>`,
      ),
    'a lifecycle rule without a status': () =>
      setting(
        'lifecycle',
        '<LifecycleConfiguration><Rule><Filter/><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>',
      ),
    'a lifecycle of days and date': () =>
      setting(
        'lifecycle',
        '<LifecycleConfiguration><Rule><Filter/><Status>Enabled</Status><Expiration><Days>1</Days><Date>2030-01-01T00:00:00+08:00</Date></Expiration></Rule></LifecycleConfiguration>',
      ),
    'a referer rule without a type': () =>
      setting(
        'referer',
        '<RefererConfiguration><Status>Enabled</Status><DomainList><Domain>a.com</Domain></DomainList></RefererConfiguration>',
      ),
    'a website without an index': () =>
      setting('website', '<WebsiteConfiguration><IndexDocument/></WebsiteConfiguration>'),
    'an unknown encryption algorithm': () =>
      setting(
        'encryption',
        '<ServerSideEncryptionConfiguration><Rule><ApplySideEncryptionConfiguration><SSEAlgorithm>ROT13</SSEAlgorithm></ApplySideEncryptionConfiguration></Rule></ServerSideEncryptionConfiguration>',
      ),
    'a strict signature rule without an ID': () =>
      setting(
        'strict-signature',
        '<StrictSignatureConfiguration><Rule><actionlist><action>Put*</action></actionlist></Rule></StrictSignatureConfiguration>',
      ),
    'an invalid versioning status': () =>
      setting(
        'versioning',
        '<VersioningConfiguration><Status>Maybe</Status></VersioningConfiguration>',
      ),
  },
  BucketVersionNotOpen: {
    'replication without versioning': () => setting('replication', replication),
  },
  InvalidBucketState: {
    'suspending the versioning of a replicated bucket': async () => {
      await setting(
        'versioning',
        '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
        OTHER_HOST,
      )
      await setting('replication', replication, OTHER_HOST)
      return setting(
        'versioning',
        '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>',
        OTHER_HOST,
      )
    },
  },
  InvalidTargetBucketForLogging: {
    'logging to a missing bucket': () =>
      setting(
        'logging',
        '<BucketLoggingStatus><LoggingEnabled><TargetBucket>nothing-1250000000</TargetBucket></LoggingEnabled></BucketLoggingStatus>',
      ),
  },
  InvalidTag: {
    '51 tags of a bucket': () =>
      setting('tagging', tags(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v']))),
  },
  MalformedPolicy: {
    'a policy that is not JSON': () => setting('policy', '{'),
    'a policy without a principal': () =>
      setting('policy', policy({ ...ALLOW, principal: undefined })),
    'a policy of another version': () => setting('policy', policy(ALLOW, { version: '1.0' })),
    'a policy of another bucket': () =>
      setting(
        'policy',
        policy({ ...ALLOW, resource: [`qcs::cos:${REGION}:uid/1250000000:${OTHER}/*`] }),
      ),
    'a policy of more than 20 KB': () =>
      setting('policy', policy({ ...ALLOW, sid: 'x'.repeat(21 * 1024) })),
    'a policy with an unknown operator': () =>
      setting(
        'policy',
        policy({ ...ALLOW, condition: { string_sounds_like: { 'cos:prefix': 'a' } } }),
      ),
  },
  TooManyBuckets: {
    'the 201st bucket': async () => {
      const create = (i: number) =>
        signed('PUT', '', { host: HOST.replace(BUCKET, `n${i}-1250000000`), body: '' })
      await Promise.all(Array.from({ length: 197 }, (_, i) => create(i)))
      return signed('PUT', '', { host: HOST.replace(BUCKET, 'more-1250000000'), body: '' })
    },
  },
}

const hmac = (key: string, text: string) => createHmac('sha1', key).update(text).digest('hex')

async function processed(parameters: string) {
  const create = { width: 2000, height: 10, channels: 3 as const, background: '#336699' }
  await signed('PUT', 'image.png', { body: await sharp({ create }).png().toBuffer() })
  return signed('GET', 'image.png', { query: { [parameters]: '' } })
}

const ABSENT_CONFIGURATIONS: [name: string, code: CosErrorCode][] = [
  ['cors', 'NoSuchCORSConfiguration'],
  ['tagging', 'NoSuchTagSet'],
  ['lifecycle', 'NoSuchLifecycleConfiguration'],
  ['replication', 'ReplicationConfigurationNotFoundError'],
  ['website', 'NoSuchWebsiteConfiguration'],
  ['referer', 'NoSuchRefererConfiguration'],
  ['domain', 'DomainConfigNotFoundError'],
  ['origin', 'OriginConfigurationNotFoundError'],
  ['encryption', 'NoSuchEncryptionConfiguration'],
  ['policy', 'NoSuchBucketPolicy'],
]
const WITHOUT_CONFIGURATION: Cases = Object.fromEntries(
  ABSENT_CONFIGURATIONS.map(([name, code]) => [
    code,
    { [`a bucket without ${name}`]: () => signed('GET', '', { query: { [name]: '' } }) },
  ]),
)

const IMAGES: Cases = {
  InvalidImageFormat: {
    'processing what is no image': () =>
      signed('GET', 'there', { query: { 'imageMogr2/thumbnail/10x': '' } }),
  },
  ImageTooLarge: {
    'processing an image of more than 32 MB': async () => {
      await signed('PUT', 'large.jpg', { body: Buffer.alloc(32 * MIB + 1, 0xff) })
      return signed('GET', 'large.jpg', { query: { imageInfo: '' } })
    },
  },
  ImageResolutionExceed: {
    'a result with a side of more than 9,999 pixels': () =>
      processed('imageMogr2/thumbnail/!1000p'),
  },
  InvalidImageSource: {
    'a watermark that is not in the bucket': () =>
      processed(`watermark/1/image/${Buffer.from('http://example.com/a').toString('base64url')}`),
  },
  InvalidPicOperations: {
    'Pic-Operations that are no JSON': () =>
      signed('PUT', 'image.png', { body: 'x', headers: { 'Pic-Operations': '{' } }),
  },
}

const GROUPS = [AUTHENTICATION, OBJECTS, WRITES, FORMS, BUCKETS, WITHOUT_CONFIGURATION, IMAGES]
const ROWS = GROUPS.flatMap((cases) =>
  Object.entries(cases).flatMap(([code, requests]) =>
    Object.entries(requests).map(([condition, given]) => {
      const [request, message = ''] = Array.isArray(given) ? given : [given]
      return { condition, code: code as CosErrorCode, request, message }
    }),
  ),
)

const element = (response: RawResponse, name: string) =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(response.body)?.[1]
const unescaped = (text = '') =>
  text
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&amp;/g, '&')

test.each(ROWS)(
  '$condition: $code, with COS’s error document',
  async ({ code, request, message }) => {
    const response = await request()
    expect([response.status, element(response, 'Code')]).toEqual([COS_ERRORS[code].status, code])
    if (message) expect(unescaped(element(response, 'Message'))).toBe(message)
    expect(element(response, 'Message')).not.toBe('')
    const { headers } = response
    expect(headers['content-type']).toBe('application/xml')
    expect(headers.server).toBe('tencent-cos')
    expect(headers['x-cos-request-id']).toBe(element(response, 'RequestId'))
    expect(headers['x-cos-trace-id']).toBe(element(response, 'TraceId'))
    expect(Number(headers['content-length'])).toBe(response.bytes.length)
    expect(response.body).toMatch(
      /^<\?xml [^>]*\?>\n<Error><Code>.*<\/Message>.*<Resource>.*<\/Resource><RequestId>.*<\/TraceId><\/Error>$/s,
    )
  },
)

test('an error of HEAD has status and headers, but no document', async () => {
  const response = await signed('HEAD', 'nothing')
  expect([response.status, response.body]).toEqual([404, ''])
  expect(response.headers['x-cos-request-id']).toMatch(/\w/)
})

test('every error code is in the table, except those that only faults inject', () => {
  // hostile.test.ts causes the first; only faults inject the others.
  const injected = [
    'RequestTimeout',
    'InternalError',
    'ServiceUnavailable',
    'SlowDown',
    'BucketAlreadyExists',
  ]
  const covered = new Set([...ROWS.map(({ code }) => code), ...injected])
  expect(Object.keys(COS_ERRORS).filter((code) => !covered.has(code as CosErrorCode))).toEqual([])
})
