import { parseAuthorization } from '@miniprogram-cos/protocol'
import { send } from '../support/cosRequests'
import {
  type CosRequest,
  callFunction,
  sendWithSignature,
  type TestCaller,
} from '../support/functionCalls'
import {
  ALICE,
  BOB,
  BUCKET,
  HOST,
  REGION,
  ROOT_KEY,
  SIGNATURE_FUNCTION,
  useTestCloud,
} from '../support/testCloud'

/** The built function, called over HTTP as the local cloud offers it. */
const cloud = useTestCloud({ functions: [SIGNATURE_FUNCTION] })

const call = (caller: TestCaller, event: unknown) =>
  callFunction(cloud, 'cos-signature', caller, event)

/** Describes a request like the official client, gets its signature, and sends it. */
async function signAndSend(openid: string, request: CosRequest) {
  const { method = 'GET', key = '', query = {}, headers = {} } = request
  const answer = await call(
    { openid },
    {
      Method: method,
      Key: key,
      Pathname: `/${key}`,
      Query: query,
      Headers: { Host: HOST, ...headers },
    },
  )
  return sendWithSignature(cloud, answer, request)
}

const mine = (name: string) => `private/${ALICE}/${name}`

test('signs every operation on the caller’s own objects', async () => {
  const status = async (request: CosRequest) => (await signAndSend(ALICE, request)).status
  expect(await status({ method: 'PUT', key: mine('a b.txt'), body: 'hello' })).toBe(200)
  expect(await status({ key: mine('a b.txt') })).toBe(200)
  expect(await status({ method: 'HEAD', key: mine('a b.txt') })).toBe(200)
  expect(await status({ query: { prefix: mine(''), delimiter: '/', 'max-keys': '10' } })).toBe(200)
  const copied = { 'x-cos-copy-source': `${HOST}/private/${ALICE}/a%20b.txt` }
  expect(await status({ method: 'PUT', key: mine('copy'), headers: copied })).toBe(200)
  expect(await status({ method: 'DELETE', key: mine('copy') })).toBe(204)
})

test('signs every step of a multipart upload', async () => {
  const key = mine('parts')
  const begun = await signAndSend(ALICE, { method: 'POST', key, query: { uploads: '' } })
  const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.body)?.[1] as string
  const part = { partNumber: '1', uploadId }
  const sent = await signAndSend(ALICE, { method: 'PUT', key, query: part, body: 'part' })
  expect((await signAndSend(ALICE, { key, query: { uploadId } })).body).toContain('<PartNumber>1<')
  const list = { uploads: '', prefix: mine('') }
  expect((await signAndSend(ALICE, { query: list })).body).toContain(uploadId)
  const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${sent.headers.etag}</ETag></Part></CompleteMultipartUpload>`
  const done = { method: 'POST', key, query: { uploadId }, body }
  expect((await signAndSend(ALICE, done)).status).toBe(200)
})

test('a signature is valid for its request only', async () => {
  const key = mine('one')
  const answer = await call({ openid: ALICE }, { Method: 'PUT', Key: key })
  const status = async (request: CosRequest) =>
    (await sendWithSignature(cloud, answer, { method: 'PUT', key, body: 'x', ...request })).status
  expect(await status({})).toBe(200)
  expect(await status({ key: mine('two') })).toBe(403)
  expect(await status({ method: 'DELETE' })).toBe(403)
})

test('additions to a signed request are limited by the signing key', async () => {
  await signAndSend(BOB, { method: 'PUT', key: `private/${BOB}/secret`, body: 'secret' })
  const key = mine('target')
  const put = await call({ openid: ALICE }, { Method: 'PUT', Key: key })
  const stolen = { 'x-cos-copy-source': `${HOST}/private/${BOB}/secret` }
  const own = { 'x-cos-copy-source': `${HOST}/${mine('a b.txt').replace(' ', '%20')}` }
  const attempts: CosRequest[] = [
    { headers: stolen },
    // The caller's own object too: a key that signs writes cannot read.
    { headers: own },
    { query: { acl: '' } },
    { query: { tagging: '' } },
    { headers: { 'x-cos-acl': 'public-read' } },
  ]
  for (const attempt of attempts) {
    const request = { method: 'PUT', key, body: 'x', ...attempt }
    expect([attempt, (await sendWithSignature(cloud, put, request)).status]).toEqual([attempt, 403])
  }
  const get = await call({ openid: ALICE }, { Method: 'GET', Key: mine('a b.txt') })
  const acl = { key: mine('a b.txt'), query: { acl: '' } }
  expect((await sendWithSignature(cloud, get, acl)).status).toBe(403)
})

test('signs host, every parameter and every header, for a limited time', async () => {
  const before = Math.floor(Date.now() / 1000)
  const answer = await call(
    { openid: ALICE },
    {
      Method: 'get',
      Pathname: `/${mine('x')}`,
      Query: { 'response-content-type': 'image/png', 'imageMogr2/thumbnail/200x': '' },
      Headers: { Range: 'bytes=0-9', 'If-Match': '"e"' },
      expires: 60,
    },
  )
  const signed = parseAuthorization(answer.authorization ?? '')
  expect(signed?.headerList).toEqual(['host', 'if-match', 'range'])
  expect(signed?.paramList).toEqual(['imagemogr2%2fthumbnail%2f200x', 'response-content-type'])
  const [, end] = (signed?.signTime ?? '').split(';').map(Number)
  expect((end ?? 0) - before).toBeGreaterThanOrEqual(60)
  expect((end ?? 0) - before).toBeLessThan(70)
  expect(answer).toMatchObject({ bucket: BUCKET, region: REGION, expiredTime: end })
  expect(JSON.stringify(answer)).not.toContain(ROOT_KEY.SecretKey)
  expect(answer.credentials).toBeUndefined()
})

test('presigns URLs for one object and one method', async () => {
  const at = (url: string, method: string, body?: string) => {
    const { pathname, search } = new URL(url)
    return send(cloud.cos, { method, path: pathname + search, ...(body ? { body } : {}) })
  }
  const key = mine('目录 +.txt')
  const put = await call({ openid: ALICE }, { presign: true, Method: 'PUT', Key: key })
  expect(new URL(put.url ?? '').host).toBe(HOST)
  expect((await at(put.url ?? '', 'PUT', 'by url')).status).toBe(200)
  const Query = { 'response-content-disposition': 'attachment' }
  const get = await call({ openid: ALICE }, { presign: true, Method: 'GET', Key: key, Query })
  const read = await at(get.url ?? '', 'GET')
  expect([read.body, read.headers['content-disposition']]).toEqual(['by url', 'attachment'])
  expect((await at(get.url ?? '', 'DELETE')).status).toBe(403)
  expect((await at(`${get.url}`.replace('attachment', 'inline'), 'GET')).status).toBe(403)
  const other = await call({ openid: ALICE }, { presign: true, Method: 'DELETE', Key: key })
  expect(other.error?.message).toContain('URLs are signed for GET and PUT')
})

test('returns the caller’s folder without a key', async () => {
  expect(await call({ openid: ALICE }, {})).toEqual({
    bucket: BUCKET,
    region: REGION,
    prefix: `private/${ALICE}/`,
  })
})

test('names the rule that refuses a request', async () => {
  const answer = await call({ openid: BOB }, { Method: 'PUT', Key: `shared/${ALICE}/x` })
  expect(answer.error).toEqual({
    code: 'KitRequestRefused',
    message: `the request is refused: no rule lets you write "shared/${ALICE}/x": access["shared/{openid}/**"] grants write only to owner`,
    retryable: false,
    rule: 'shared/{openid}/**',
  })
})
