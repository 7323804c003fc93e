import { createHash, createHmac } from 'node:crypto'
import { connect } from 'node:net'
import sharp from 'sharp'
import { COS_ERRORS, type CosErrorCode } from '../../packages/local-cloud/src/cos/errors'
import { type RawResponse, send, signByOfficialSdk, signedRequests } from '../support/cosRequests'
import { BUCKET, HOST, REGION, temporaryKey, useTestCloud } from '../support/testCloud'

const OTHER = 'other-1250000000'
const OTHER_HOST = HOST.replace(BUCKET, OTHER)
const MIB = 1024 * 1024

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
type Row = [condition: string, CosErrorCode, () => Promise<RawResponse>, message?: string]

const AUTHENTICATION: Row[] = [
  ['no signature', 'AccessDenied', () => send(cloud.cos, { path: '/there' })],
  [
    'an unknown bucket',
    'NoSuchBucket',
    () => signed('GET', 'k', { host: HOST.replace('media', 'nothing') }),
  ],
  [
    'a bucket of another region',
    'NoSuchBucket',
    () => signed('GET', 'k', { host: HOST.replace('guangzhou', 'beijing') }),
  ],
  [
    'an unknown key',
    'InvalidAccessKeyId',
    () => signed('GET', 'there', { key: { SecretId: 'AKIDnobody', SecretKey: 'x' } }),
  ],
  [
    'a wrong secret',
    'SignatureDoesNotMatch',
    () => signed('GET', 'there', { key: { SecretId: 'AKIDtestroot', SecretKey: 'wrong' } }),
  ],
  [
    'a header that is listed as signed but not sent',
    'SignatureDoesNotMatch',
    () =>
      send(cloud.cos, {
        path: '/there',
        headers: {
          Authorization: signByOfficialSdk({ key: 'there', headers: { 'x-cos-meta-a': '1' } }),
        },
      }),
  ],
  [
    'an invalid Authorization',
    'InvalidArgument',
    () => send(cloud.cos, { path: '/there', headers: { Authorization: 'Basic abc' } }),
  ],
  [
    'an expired signature',
    'AccessDenied',
    () => signed('GET', 'there', { keyTime: '1500000000;1500000600' }),
    'Request has expired',
  ],
  [
    'a signature that is not valid yet',
    'RequestTimeTooSkewed',
    () => {
      const start = Math.floor(Date.now() / 1000) + 3600
      return signed('GET', 'there', { keyTime: `${start};${start + 600}` })
    },
  ],
  ['an expired key', 'ExpiredToken', () => withTemporaryKey(7200)],
  ['a key whose policy does not allow it', 'AccessDenied', () => withTemporaryKey(0)],
  [
    'a path-style address',
    'PathStyleDomainForbidden',
    () =>
      send(cloud.cos, {
        path: `/${BUCKET}/there`,
        headers: { Host: `cos.${REGION}.myqcloud.com` },
      }),
  ],
  [
    'a preflight without CORS rules',
    'AccessForbidden',
    () => preflight({ Origin: 'http://a.com', 'Access-Control-Request-Method': 'GET' }),
  ],
  ['a preflight without Origin', 'InvalidRequest', () => preflight({})],
  [
    'response overrides without a signature',
    'InvalidRequest',
    async () => {
      await signed('PUT', 'open', { body: 'x', headers: { 'x-cos-acl': 'public-read' } })
      return send(cloud.cos, { path: '/open?response-content-type=text%2Fplain' })
    },
  ],
]

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

const OBJECTS: Row[] = [
  ['an unknown key name', 'NoSuchKey', () => signed('GET', 'nothing')],
  [
    'an unknown version',
    'NoSuchVersion',
    () => signed('GET', 'there', { query: { versionId: 'x' } }),
  ],
  [
    'a range beyond the end',
    'InvalidRange',
    () => signed('GET', 'there', { headers: { Range: 'bytes=7-' } }),
  ],
  [
    'If-Match of another',
    'PreconditionFailed',
    () => signed('GET', 'there', { headers: { 'If-Match': '"x"' } }),
  ],
  [
    'If-Unmodified-Since before',
    'PreconditionFailed',
    () =>
      signed('GET', 'there', {
        headers: { 'If-Unmodified-Since': 'Thu, 01 Jan 2015 00:00:00 GMT' },
      }),
  ],
  ['an archived object read', 'InvalidObjectState', () => signed('GET', 'archived')],
  ['a body shorter than announced', 'IncompleteBody', cutShort],
  [
    'neither length nor chunks',
    'MissingContentLength',
    () => overSocket('PUT', 'k', ['Connection: close'], '', false),
  ],
  ['a body of more than 5 GB', 'EntityTooLarge', () => announced(LARGE)],
  [
    'a body with another MD5',
    'BadDigest',
    () => signed('PUT', 'k', { body: 'x', headers: { 'Content-MD5': md5('y') } }),
  ],
  [
    'an invalid MD5',
    'InvalidDigest',
    () => signed('PUT', 'k', { body: 'x', headers: { 'Content-MD5': 'abc' } }),
  ],
  ['a key of 851 bytes', 'KeyTooLong', () => signed('PUT', 'k'.repeat(851), { body: 'x' })],
  [
    'a key that starts with a backslash',
    'InvalidObjectName',
    () => signed('PUT', '\\k', { body: 'x' }),
  ],
  ['a path that is not UTF-8', 'InvalidURI', () => send(cloud.cos, { path: '/%ff' })],
  [
    'an unknown storage class',
    'NotSupportedStorageClass',
    () => signed('PUT', 'k', { body: 'x', headers: { 'x-cos-storage-class': 'SHINY' } }),
  ],
  [
    'metadata of more than 2 KB',
    'InvalidArgument',
    () => signed('PUT', 'k', { body: 'x', headers: { 'x-cos-meta-a': 'a'.repeat(2049) } }),
  ],
  [
    'a metadata name with an underscore',
    'InvalidArgument',
    () => signed('PUT', 'k', { body: 'x', headers: { 'x-cos-meta-a_b': '1' } }),
  ],
  [
    'an ACL that is not for objects',
    'InvalidArgument',
    () => signed('PUT', 'k', { body: 'x', headers: { 'x-cos-acl': 'public-read-write' } }),
  ],
  [
    'an invalid grantee',
    'InvalidArgument',
    () => signed('PUT', 'k', { body: 'x', headers: { 'x-cos-grant-read': 'somebody' } }),
  ],
  [
    'too low a traffic limit',
    'InvalidArgument',
    () => signed('PUT', 'k', { body: 'x', headers: { 'x-cos-traffic-limit': '819199' } }),
  ],
  [
    'too high a traffic limit',
    'InvalidArgument',
    () => signed('GET', 'there', { query: { 'x-cos-traffic-limit': '838860801' } }),
  ],
  [
    'eleven tags',
    'InvalidTag',
    () => {
      const header = Array.from({ length: 11 }, (_, i) => `k${i}=v`).join('&')
      return signed('PUT', 'k', { body: 'x', headers: { 'x-cos-tagging': header } })
    },
  ],
  [
    'encryption by SSE-KMS',
    'NotImplemented',
    () => signed('PUT', 'k', { body: 'x', headers: { 'x-cos-server-side-encryption': 'cos/kms' } }),
  ],
  [
    'encryption by an unknown method',
    'SSEContentNotSupported',
    () => signed('PUT', 'k', { body: 'x', headers: { 'x-cos-server-side-encryption': 'ROT13' } }),
  ],
  [
    'an encryption header of a read',
    'SSEHeaderNotAllowed',
    () => signed('GET', 'there', { headers: { 'x-cos-server-side-encryption': 'AES256' } }),
  ],
  ['restoring an object that is not archived', 'RestoreNonArchiveObject', () => restore('there')],
  [
    'restoring an object twice',
    'RestoreAlreadyInProgress',
    async () => {
      await restore('archived')
      return restore('archived')
    },
  ],
  [
    'a sub-resource that is not imitated',
    'NotImplemented',
    () => signed('POST', 'there', { query: { select: '' }, body: 'x' }),
  ],
  [
    'a method without an operation of the sub-resource',
    'MethodNotAllowed',
    () => signed('DELETE', 'there', { query: { acl: '' } }),
  ],
  ['an unknown method', 'MethodNotAllowed', () => signed('PATCH', 'there', { body: 'x' })],
  [
    'the ACL of a missing object',
    'NoSuchKey',
    () => signed('GET', 'nothing', { query: { acl: '' } }),
  ],
  [
    'ACL without a body',
    'MissingRequestBodyError',
    () => signed('PUT', 'there', { query: { acl: '' }, headers: { 'Content-Length': 0 } }),
  ],
  [
    'ACL by header and body',
    'InvalidRequest',
    () =>
      signed('PUT', 'there', {
        query: { acl: '' },
        headers: { 'x-cos-acl': 'private' },
        body: acl(OWNER),
      }),
  ],
  [
    'ACL without an owner',
    'MalformedXML',
    () => signed('PUT', 'there', { query: { acl: '' }, body: acl('<AccessControlList/>') }),
  ],
  [
    'ACL without a list',
    'MalformedXML',
    () => signed('PUT', 'there', { query: { acl: '' }, body: acl(OWNER) }),
  ],
  [
    'ACL with an unknown permission',
    'MalformedXML',
    () =>
      signed('PUT', 'there', {
        query: { acl: '' },
        body: acl(
          `${OWNER}<AccessControlList><Grant><Grantee><ID>1</ID></Grantee><Permission>OWN</Permission></Grant></AccessControlList>`,
        ),
      }),
  ],
  [
    'the tags of a missing object',
    'NoSuchKey',
    () => signed('GET', 'nothing', { query: { tagging: '' } }),
  ],
  [
    'the tags of an object without tags',
    'NoSuchTagSet',
    () => signed('GET', 'there', { query: { tagging: '' } }),
  ],
  [
    'a duplicate tag',
    'InvalidTag',
    () =>
      signed('PUT', 'there', {
        query: { tagging: '' },
        body: tags([
          ['a', '1'],
          ['a', '2'],
        ]),
      }),
  ],
  [
    'a tag key of 128 characters',
    'InvalidTag',
    () => signed('PUT', 'there', { query: { tagging: '' }, body: tags([['k'.repeat(128), 'v']]) }),
  ],
  [
    'a tag value of 256 characters',
    'InvalidTag',
    () => signed('PUT', 'there', { query: { tagging: '' }, body: tags([['k', 'v'.repeat(256)]]) }),
  ],
  [
    'a tag with an invalid character',
    'InvalidTag',
    () => signed('PUT', 'there', { query: { tagging: '' }, body: tags([['a!b', 'v']]) }),
  ],
  [
    'a reserved tag',
    'InvalidTag',
    () => signed('PUT', 'there', { query: { tagging: '' }, body: tags([['qcs:a', 'v']]) }),
  ],
]

/** A body that is announced but not sent: it must be refused before. */
const announced = (length: string) =>
  signed('PUT', 'large', { headers: { 'Content-Length': length, Connection: 'close' } })

const WRITES: Row[] = [
  [
    'a copy of a missing object',
    'NoSuchKey',
    () => signed('PUT', 'k', { headers: source('nothing'), body: '' }),
  ],
  [
    'a copy from a missing bucket',
    'NoSuchBucket',
    () =>
      signed('PUT', 'k', {
        headers: { 'x-cos-copy-source': `${HOST.replace('media', 'nothing')}/k` },
        body: '',
      }),
  ],
  [
    'an invalid copy source',
    'InvalidCopySource',
    () => signed('PUT', 'k', { headers: { 'x-cos-copy-source': 'there' }, body: '' }),
  ],
  [
    'a copy onto itself that changes nothing',
    'InvalidRequest',
    () => signed('PUT', 'there', { headers: source('there'), body: '' }),
  ],
  [
    'an unknown directive',
    'InvalidArgument',
    () =>
      signed('PUT', 'k', {
        headers: { ...source('there'), 'x-cos-metadata-directive': 'Keep' },
        body: '',
      }),
  ],
  [
    'a copy source that has changed',
    'PreconditionFailed',
    () =>
      signed('PUT', 'k', {
        headers: { ...source('there'), 'x-cos-copy-source-if-match': '"x"' },
        body: '',
      }),
  ],
  [
    'a copy source that has not changed',
    'PreconditionFailed',
    () =>
      signed('PUT', 'k', {
        headers: { ...source('there'), 'x-cos-copy-source-if-none-match': '*' },
        body: '',
      }),
  ],
  [
    'a copy of an archived object',
    'InvalidObjectState',
    () => signed('PUT', 'k', { headers: source('archived'), body: '' }),
  ],
  [
    'an append at another position than the end',
    'AppendPositionErr',
    () => signed('POST', 'log', { query: { append: '', position: '1' }, body: 'x' }),
  ],
  [
    'an append to a plain object',
    'ObjectNotAppendable',
    () => signed('POST', 'there', { query: { append: '', position: '7' }, body: 'x' }),
  ],
  [
    'an append without a position',
    'InvalidArgument',
    () => signed('POST', 'log', { query: { append: '' }, body: 'x' }),
  ],
  [
    'an append at an invalid position',
    'InvalidArgument',
    () => signed('POST', 'log', { query: { append: '', position: 'end' }, body: 'x' }),
  ],
  ...(['PUT', 'COPY', 'INIT'] as const).map(
    (how): Row => [
      `forbidden overwriting: ${how}`,
      'FileAlreadyExists',
      () =>
        signed(how === 'INIT' ? 'POST' : 'PUT', 'there', {
          query: how === 'INIT' ? { uploads: '' } : {},
          headers: { ...FORBID, ...(how === 'COPY' ? source('log') : {}) },
          body: how === 'PUT' ? 'x' : '',
        }),
    ],
  ),
  [
    'an object created before an upload that forbids overwriting is completed',
    'FileAlreadyExists',
    () => complete([1], ([etag = '']) => [[1, etag]], 'there', FORBID),
  ],
  [
    'an invalid x-cos-forbid-overwrite',
    'InvalidArgument',
    () => signed('PUT', 'there', { headers: { 'x-cos-forbid-overwrite': 'yes' }, body: 'x' }),
  ],
  [
    'an unknown upload',
    'NoSuchUpload',
    () => signed('PUT', 'm', { query: { partNumber: '1', uploadId: 'none' }, body: 'x' }),
  ],
  [
    'an upload of another key',
    'NoSuchUpload',
    async () =>
      signed('PUT', 'n', { query: { partNumber: '1', uploadId: await begin('m') }, body: 'x' }),
  ],
  [
    'an aborted upload',
    'NoSuchUpload',
    async () => {
      const uploadId = await begin('m')
      await signed('DELETE', 'm', { query: { uploadId } })
      return signed('DELETE', 'm', { query: { uploadId } })
    },
  ],
  [
    'part number 0',
    'InvalidArgument',
    async () =>
      signed('PUT', 'm', { query: { partNumber: '0', uploadId: await begin('m') }, body: 'x' }),
  ],
  [
    'part number 10001',
    'InvalidArgument',
    async () =>
      signed('PUT', 'm', { query: { partNumber: '10001', uploadId: await begin('m') }, body: 'x' }),
  ],
  [
    'a part without its number',
    'InvalidArgument',
    async () => signed('PUT', 'm', { query: { uploadId: await begin('m') }, body: 'x' }),
  ],
  [
    'a part without its upload',
    'InvalidArgument',
    () => signed('PUT', 'm', { query: { partNumber: '1' }, body: 'x' }),
  ],
  [
    'a list of parts with an empty upload id',
    'ListPartUploadIdIsEmpty',
    () => signed('GET', 'm', { query: { uploadId: '' } }),
  ],
  [
    'a part copied from beyond the end',
    'InvalidRange',
    async () =>
      signed('PUT', 'm', {
        query: { partNumber: '1', uploadId: await begin('m') },
        headers: { ...source('there'), 'x-cos-copy-source-range': 'bytes=0-7' },
        body: '',
      }),
  ],
  [
    'a part copied by an open range',
    'InvalidArgument',
    async () =>
      signed('PUT', 'm', {
        query: { partNumber: '1', uploadId: await begin('m') },
        headers: { ...source('there'), 'x-cos-copy-source-range': 'bytes=0-' },
        body: '',
      }),
  ],
  [
    'a completion without parts',
    'MalformedXML',
    async () =>
      signed('POST', 'm', {
        query: { uploadId: await begin('m') },
        body: '<CompleteMultipartUpload></CompleteMultipartUpload>',
      }),
  ],
  [
    'a completion without a body',
    'MissingRequestBodyError',
    async () =>
      signed('POST', 'm', {
        query: { uploadId: await begin('m') },
        headers: { 'Content-Length': 0 },
      }),
  ],
  [
    'parts out of order',
    'InvalidPartOrder',
    () =>
      complete([MIB, 5], ([a = '', b = '']) => [
        [2, b],
        [1, a],
      ]),
  ],
  [
    'a duplicate part',
    'InvalidPartOrder',
    () =>
      complete([MIB], ([a = '']) => [
        [1, a],
        [1, a],
      ]),
  ],
  [
    'a part with another ETag',
    'InvalidPart',
    () => complete([5], () => [[1, '"0123456789abcdef0123456789abcdef"']]),
  ],
  [
    'a part that was not uploaded',
    'InvalidPart',
    () =>
      complete([MIB], ([a = '']) => [
        [1, a],
        [2, a],
      ]),
  ],
  [
    'part numbers that are not consecutive',
    'InvalidPart',
    () =>
      complete([MIB, MIB, 5], ([a = '', , c = '']) => [
        [1, a],
        [3, c],
      ]),
  ],
  [
    'a part below 1 MB before the last',
    'EntityTooSmall',
    () =>
      complete([5, 5], ([a = '', b = '']) => [
        [1, a],
        [2, b],
      ]),
  ],
  [
    'a multi-object deletion without MD5',
    'InvalidRequest',
    () =>
      signed('POST', '', {
        query: { delete: '' },
        body: '<Delete><Object><Key>a</Key></Object></Delete>',
      }),
  ],
  [
    'a deletion of 1,001 keys',
    'MalformedXML',
    () => {
      const body = `<Delete>${'<Object><Key>a</Key></Object>'.repeat(1001)}</Delete>`
      return signed('POST', '', {
        query: { delete: '' },
        body,
        headers: { 'Content-MD5': md5(body) },
      })
    },
  ],
  ['invalid XML', 'MalformedXML', () => setting('tagging', '<Tagging><TagSet>')],
  [
    'XML with entities of its own',
    'MalformedXML',
    () => setting('tagging', `<!DOCTYPE t [<!ENTITY a "b">]>${tags([['a', '&a;']])}`),
  ],
  [
    'XML of more than 4 MB',
    'XMLSizeLimit',
    () => setting('tagging', `<Tagging>${' '.repeat(4 * MIB)}</Tagging>`),
  ],
]

const FORMS: Row[] = [
  [
    'a form without a file',
    'MalformedPOSTRequest',
    () => form({ key: 'f', Signature: signature() }, 0),
  ],
  [
    'a form with two files',
    'IncorrectNumberOfFilesInPostRequest',
    () => form({ key: 'f', Signature: signature() }, 2),
  ],
  ['a form without a key', 'InvalidArgument', () => form({ Signature: signature() })],
  ['a form without a signature', 'AccessDenied', () => form({ key: 'f' })],
  [
    'a form with a wrong signature',
    'SignatureDoesNotMatch',
    () => form({ key: 'f', Signature: signature().replace(/.{4}$/, '0000') }),
  ],
  [
    'a form with a wrong MD5',
    'BadDigest',
    () => form({ key: 'f', Signature: signature(), 'Content-MD5': md5('other') }),
  ],
  [
    'a form with an invalid MD5',
    'InvalidDigest',
    () => form({ key: 'f', Signature: signature(), 'Content-MD5': 'x' }),
  ],
  [
    'a form with too low a traffic limit',
    'InvalidArgument',
    () => form({ key: 'f', Signature: signature(), 'x-cos-traffic-limit': '1' }),
  ],
  [
    'a form whose policy is not JSON',
    'InvalidPolicyDocument',
    () => policyForm('{'),
    'You must provide condition if you specify a policy in post object request.',
  ],
  [
    'a form whose policy has no conditions',
    'InvalidPolicyDocument',
    () => policyForm(JSON.stringify({ expiration: '2099-01-01T00:00:00Z' })),
    'You must provide condition if you specify a policy in post object request.',
  ],
  [
    'a form without its boundary',
    'MalformedPOSTRequest',
    () =>
      form({ key: 'f', Signature: signature() }, 1, {
        'Content-Type': 'multipart/form-data; boundary=c',
      }),
  ],
]

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

const BUCKETS: Row[] = [
  ['a bucket created twice', 'BucketAlreadyOwnedByYou', () => signed('PUT', '', { body: '' })],
  ['a bucket that is not empty', 'BucketNotEmpty', () => signed('DELETE', '')],
  [
    'a bucket name without APPID',
    'InvalidBucketName',
    () => signed('PUT', '', { host: HOST.replace(BUCKET, 'media'), body: '' }),
  ],
  [
    'a bucket name with an underscore',
    'InvalidBucketName',
    () => signed('GET', '', { host: HOST.replace(BUCKET, 'a_b-1250000000') }),
  ],
  [
    'a bucket name of 61 characters',
    'BucketNameTooLong',
    () =>
      signed('PUT', '', { host: HOST.replace(BUCKET, `${'b'.repeat(50)}-1250000000`), body: '' }),
  ],
  [
    'a bucket without a region',
    'InvalidRegionName',
    () => signed('PUT', '', { host: 'new-1250000000.example.com', body: '' }),
  ],
  [
    'an acceleration endpoint that is not enabled',
    'BucketAccelerateNotEnabled',
    () => signed('GET', 'there', { host: `${BUCKET}.cos.accelerate.myqcloud.com` }),
  ],
  [
    'a configuration request to an acceleration endpoint',
    'ActionAccelerateNotSupported',
    async () => {
      await setting(
        'accelerate',
        '<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>',
        OTHER_HOST,
      )
      return signed('GET', '', { query: { acl: '' }, host: `${OTHER}.cos.accelerate.myqcloud.com` })
    },
  ],
  [
    'a list of -1 keys',
    'InvalidArgument',
    () => signed('GET', '', { query: { 'max-keys': '-1' } }),
  ],
  [
    'a list in an unknown encoding',
    'InvalidArgument',
    () => signed('GET', '', { query: { 'encoding-type': 'base64' } }),
  ],
  [
    'a delimiter of two characters',
    'InvalidDelimiter',
    () => signed('GET', '', { query: { delimiter: 'ab' } }),
  ],
  [
    'a version marker without a key marker',
    'InvalidArgument',
    () => signed('GET', '', { query: { versions: '', 'version-id-marker': 'x' } }),
  ],
  [
    'a list of 0 uploads',
    'InvalidArgument',
    () => signed('GET', '', { query: { uploads: '', 'max-uploads': '0' } }),
  ],
  ...(
    [
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
    ] as const
  ).map(
    ([name, code]): Row => [
      `a bucket without ${name}`,
      code,
      () => signed('GET', '', { query: { [name]: '' } }),
    ],
  ),
  [
    'an unknown inventory',
    'InventoryConfigurationNotFoundError',
    () => signed('GET', '', { query: { inventory: '', id: 'x' } }),
  ],
  ['a CORS rule without a method', 'MalformedXML', () => setting('cors', rule(ORIGIN))],
  [
    'a CORS rule without an origin',
    'MalformedXML',
    () => setting('cors', rule('<AllowedMethod>GET</AllowedMethod>')),
  ],
  [
    'a CORS rule with PATCH',
    'MalformedXML',
    () => setting('cors', rule(`${ORIGIN}<AllowedMethod>PATCH</AllowedMethod>`)),
  ],
  [
    'a CORS origin with two wildcards',
    'MalformedXML',
    () =>
      setting(
        'cors',
        rule('<AllowedOrigin>http://*.*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>'),
      ),
  ],
  [
    '101 CORS rules',
    'MalformedXML',
    () =>
      setting(
        'cors',
        `<CORSConfiguration>${`<CORSRule>${ORIGIN}<AllowedMethod>GET</AllowedMethod></CORSRule>`.repeat(101)}</CORSConfiguration>`,
      ),
  ],
  [
    'a lifecycle rule without a status',
    'MalformedXML',
    () =>
      setting(
        'lifecycle',
        '<LifecycleConfiguration><Rule><Filter/><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>',
      ),
  ],
  [
    'a lifecycle of days and date',
    'MalformedXML',
    () =>
      setting(
        'lifecycle',
        '<LifecycleConfiguration><Rule><Filter/><Status>Enabled</Status><Expiration><Days>1</Days><Date>2030-01-01T00:00:00+08:00</Date></Expiration></Rule></LifecycleConfiguration>',
      ),
  ],
  [
    'a referer rule without a type',
    'MalformedXML',
    () =>
      setting(
        'referer',
        '<RefererConfiguration><Status>Enabled</Status><DomainList><Domain>a.com</Domain></DomainList></RefererConfiguration>',
      ),
  ],
  [
    'a website without an index',
    'MalformedXML',
    () => setting('website', '<WebsiteConfiguration><IndexDocument/></WebsiteConfiguration>'),
  ],
  [
    'an unknown encryption algorithm',
    'MalformedXML',
    () =>
      setting(
        'encryption',
        '<ServerSideEncryptionConfiguration><Rule><ApplySideEncryptionConfiguration><SSEAlgorithm>ROT13</SSEAlgorithm></ApplySideEncryptionConfiguration></Rule></ServerSideEncryptionConfiguration>',
      ),
  ],
  [
    'a strict signature rule without an ID',
    'MalformedXML',
    () =>
      setting(
        'strict-signature',
        '<StrictSignatureConfiguration><Rule><actionlist><action>Put*</action></actionlist></Rule></StrictSignatureConfiguration>',
      ),
  ],
  [
    'an invalid versioning status',
    'MalformedXML',
    () =>
      setting(
        'versioning',
        '<VersioningConfiguration><Status>Maybe</Status></VersioningConfiguration>',
      ),
  ],
  [
    'replication without versioning',
    'BucketVersionNotOpen',
    () => setting('replication', replication),
  ],
  [
    'suspending the versioning of a replicated bucket',
    'InvalidBucketState',
    async () => {
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
  ],
  [
    'logging to a missing bucket',
    'InvalidTargetBucketForLogging',
    () =>
      setting(
        'logging',
        '<BucketLoggingStatus><LoggingEnabled><TargetBucket>nothing-1250000000</TargetBucket></LoggingEnabled></BucketLoggingStatus>',
      ),
  ],
  [
    '51 tags of a bucket',
    'InvalidTag',
    () => setting('tagging', tags(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v']))),
  ],
  ['a policy that is not JSON', 'MalformedPolicy', () => setting('policy', '{')],
  [
    'a policy without a principal',
    'MalformedPolicy',
    () => setting('policy', policy({ ...ALLOW, principal: undefined })),
  ],
  [
    'a policy of another version',
    'MalformedPolicy',
    () => setting('policy', policy(ALLOW, { version: '1.0' })),
  ],
  [
    'a policy of another bucket',
    'MalformedPolicy',
    () =>
      setting(
        'policy',
        policy({ ...ALLOW, resource: [`qcs::cos:${REGION}:uid/1250000000:${OTHER}/*`] }),
      ),
  ],
  [
    'a policy of more than 20 KB',
    'MalformedPolicy',
    () => setting('policy', policy({ ...ALLOW, sid: 'x'.repeat(21 * 1024) })),
  ],
  [
    'a policy with an unknown operator',
    'MalformedPolicy',
    () =>
      setting(
        'policy',
        policy({ ...ALLOW, condition: { string_sounds_like: { 'cos:prefix': 'a' } } }),
      ),
  ],
  [
    'the 201st bucket',
    'TooManyBuckets',
    async () => {
      const create = (i: number) =>
        signed('PUT', '', { host: HOST.replace(BUCKET, `n${i}-1250000000`), body: '' })
      await Promise.all(Array.from({ length: 197 }, (_, i) => create(i)))
      return signed('PUT', '', { host: HOST.replace(BUCKET, 'more-1250000000'), body: '' })
    },
  ],
]

const hmac = (key: string, text: string) => createHmac('sha1', key).update(text).digest('hex')

async function processed(parameters: string) {
  const create = { width: 2000, height: 10, channels: 3 as const, background: '#336699' }
  await signed('PUT', 'image.png', { body: await sharp({ create }).png().toBuffer() })
  return signed('GET', 'image.png', { query: { [parameters]: '' } })
}

const IMAGES: [condition: string, CosErrorCode, () => Promise<RawResponse>, message?: string][] = [
  [
    'processing what is no image',
    'InvalidImageFormat',
    () => signed('GET', 'there', { query: { 'imageMogr2/thumbnail/10x': '' } }),
  ],
  [
    'processing an image of more than 32 MB',
    'ImageTooLarge',
    async () => {
      await signed('PUT', 'large.jpg', { body: Buffer.alloc(32 * MIB + 1, 0xff) })
      return signed('GET', 'large.jpg', { query: { imageInfo: '' } })
    },
  ],
  [
    'a result with a side of more than 9,999 pixels',
    'ImageResolutionExceed',
    () => processed('imageMogr2/thumbnail/!1000p'),
  ],
  [
    'a watermark that is not in the bucket',
    'InvalidImageSource',
    () =>
      processed(`watermark/1/image/${Buffer.from('http://example.com/a').toString('base64url')}`),
  ],
  [
    'Pic-Operations that are no JSON',
    'InvalidPicOperations',
    () => signed('PUT', 'image.png', { body: 'x', headers: { 'Pic-Operations': '{' } }),
  ],
]

const ROWS = [...AUTHENTICATION, ...OBJECTS, ...WRITES, ...FORMS, ...BUCKETS, ...IMAGES].map(
  ([condition, code, request, message = '']) => [condition, code, request, message] as const,
)

const element = (response: RawResponse, name: string) =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(response.body)?.[1]
const unescaped = (text = '') =>
  text
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&amp;/g, '&')

test.each(ROWS)('%s: %s, with COS’s error document', async (_, code, request, message) => {
  const response = await request()
  expect([response.status, element(response, 'Code')]).toEqual([COS_ERRORS[code][0], code])
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
})

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
  const covered = new Set([...ROWS.map(([, code]) => code), ...injected])
  expect(Object.keys(COS_ERRORS).filter((code) => !covered.has(code as CosErrorCode))).toEqual([])
})
