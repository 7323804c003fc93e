import {
  errorOf,
  pathOf,
  type RawRequest,
  type Signing,
  send,
  signByOfficialSdk,
} from '../support/cosRequests'
import { BUCKET, HOST, startTestCloud, temporaryKey, useTestCloud } from '../support/testCloud'

const cloud = useTestCloud({ clock: () => Date.now() + shift })
/** Milliseconds by which the cloud's clock is moved. */
let shift = 0

beforeAll(async () => {
  await signed({ method: 'PUT', key: 'a.txt' }, { body: 'content' })
})
afterEach(() => {
  shift = 0
})

const now = () => Math.floor(Date.now() / 1000)

/** Signs `signing` with the official SDK, and sends it with the changes of `sent`. */
function signed(signing: Signing, sent: RawRequest = {}) {
  return send(cloud.cos, {
    method: signing.method ?? 'GET',
    path: pathOf(signing),
    ...sent,
    headers: { ...signing.headers, Authorization: signByOfficialSdk(signing), ...sent.headers },
  })
}

/** The path of a presigned URL with the official SDK's signature. */
const presignedPath = (signing: Signing) => `/${signing.key}?${signByOfficialSdk(signing)}`

test('accepts what the official SDK signs, in the header and in the URL', async () => {
  expect((await signed({ key: 'a.txt' })).body).toBe('content')
  expect((await send(cloud.cos, { path: presignedPath({ key: 'a.txt' }) })).body).toBe('content')
  const older = `/a.txt?sign=${encodeURIComponent(signByOfficialSdk({ key: 'a.txt' }))}`
  expect((await send(cloud.cos, { path: older })).body).toBe('content')
})

test('refuses an unsigned request', async () => {
  const response = await send(cloud.cos, { path: '/a.txt' })
  expect([response.status, errorOf(response).code]).toEqual([403, 'AccessDenied'])
})

test('refuses an unknown SecretId', async () => {
  const response = await signed({ key: 'a.txt', SecretId: 'AKIDnobody' })
  expect([response.status, errorOf(response).code]).toEqual([403, 'InvalidAccessKeyId'])
})

test('refuses a wrong secret and returns the string that the server signed', async () => {
  const response = await signed({ key: 'a.txt', SecretKey: 'wrong' })
  expect(response.status).toBe(403)
  expect(errorOf(response)).toEqual({
    code: 'SignatureDoesNotMatch',
    message: 'The Signature you specified is invalid.',
  })
  expect(response.body).toContain(`<FormatString>get\n/a.txt\n\nhost=${HOST}\n</FormatString>`)
  expect(response.body).toMatch(/<StringToSign>sha1\n\d+;\d+\n[0-9a-f]{40}\n<\/StringToSign>/)
})

describe('refuses a request that was changed after signing', () => {
  const put: Signing = {
    method: 'PUT',
    key: 'b.txt',
    headers: { 'Content-Length': 7, 'x-cos-meta-a': '1' },
  }
  const altered: [what: string, signing: Signing, sent: RawRequest][] = [
    ['the method', { key: 'a.txt' }, { method: 'DELETE' }],
    ['the path', { key: 'a.txt' }, { path: '/other.txt' }],
    ['the encoding of the path to another key', { key: 'a.txt' }, { path: '/a%2525.txt' }],
    ['a parameter', { query: { prefix: 'mine/' } }, { path: '/?prefix=yours/' }],
    ['the absence of a signed parameter', { query: { prefix: 'mine/' } }, { path: '/' }],
    ['a header', put, { body: 'content', headers: { 'x-cos-meta-a': '2' } }],
    [
      'the host',
      { key: 'a.txt' },
      { headers: { Host: `other-1250000000.cos.ap-guangzhou.myqcloud.com` } },
    ],
    ['the length of the body', put, { body: 'content longer', headers: { 'Content-Length': 14 } }],
  ]
  test.each(altered)('%s', async (_, signing, sent) => {
    const response = await signed(signing, sent)
    expect([response.status, errorOf(response).code]).toEqual([403, 'SignatureDoesNotMatch'])
  })

  test('one character of the signature', async () => {
    const good = signByOfficialSdk({ key: 'a.txt' })
    const last = good.at(-1) === '0' ? '1' : '0'
    const response = await send(cloud.cos, {
      path: '/a.txt',
      headers: { Authorization: good.slice(0, -1) + last },
    })
    expect(errorOf(response).code).toBe('SignatureDoesNotMatch')
  })
})

describe('time', () => {
  test('refuses an expired signature', async () => {
    const response = await signed({ key: 'a.txt', keyTime: `${now() - 900};${now() - 1}` })
    expect(response.status).toBe(403)
    expect(errorOf(response)).toEqual({ code: 'AccessDenied', message: 'Request has expired' })
    expect(response.headers.date).toBeDefined()
  })

  test('refuses a signature that is not valid yet', async () => {
    const response = await signed({ key: 'a.txt', keyTime: `${now() + 3600};${now() + 7200}` })
    expect([response.status, errorOf(response).code]).toEqual([403, 'RequestTimeTooSkewed'])
  })

  test('accepts a clock that is a few minutes ahead', async () => {
    const response = await signed({ key: 'a.txt', keyTime: `${now() + 300};${now() + 900}` })
    expect(response.status).toBe(200)
  })

  test('refuses an expired presigned URL', async () => {
    const path = presignedPath({ key: 'a.txt', keyTime: `${now() - 10};${now() + 60}` })
    expect((await send(cloud.cos, { path })).status).toBe(200)
    shift = 61_000
    const response = await send(cloud.cos, { path })
    expect([response.status, errorOf(response).message]).toEqual([403, 'Request has expired'])
  })
})

describe('temporary keys', () => {
  const readAll = [{ action: ['GetObject', 'HeadObject'], path: '*' }]
  const keyOf = (key: { tmpSecretId: string; tmpSecretKey: string }) => ({
    SecretId: key.tmpSecretId,
    SecretKey: key.tmpSecretKey,
  })

  test('accept their token in the header and in the URL', async () => {
    const key = await temporaryKey(cloud, readAll)
    const token = key.sessionToken
    const byHeader = await signed(
      { key: 'a.txt', ...keyOf(key) },
      { headers: { 'x-cos-security-token': token } },
    )
    expect(byHeader.body).toBe('content')
    const path = `${presignedPath({ key: 'a.txt', ...keyOf(key) })}&x-cos-security-token=${encodeURIComponent(token)}`
    expect((await send(cloud.cos, { path })).body).toBe('content')
  })

  test('are refused without their token', async () => {
    const key = await temporaryKey(cloud, readAll)
    const response = await signed({ key: 'a.txt', ...keyOf(key) })
    expect([response.status, errorOf(response).code]).toEqual([403, 'InvalidAccessKeyId'])
  })

  test('do not accept the token of another key, nor a changed one', async () => {
    const [one, other] = [await temporaryKey(cloud, readAll), await temporaryKey(cloud, readAll)]
    for (const token of [other.sessionToken, `${one.sessionToken.slice(0, -4)}AAAA`, 'nonsense']) {
      const response = await signed(
        { key: 'a.txt', ...keyOf(one) },
        { headers: { 'x-cos-security-token': token } },
      )
      expect([response.status, errorOf(response).code]).toEqual([403, 'InvalidAccessKeyId'])
    }
  })

  test('expire at the time of STS', async () => {
    const key = await temporaryKey(cloud, readAll, 900)
    shift = 901_000
    const response = await signed(
      { key: 'a.txt', ...keyOf(key), keyTime: `${now()};${now() + 3600}` },
      { headers: { 'x-cos-security-token': key.sessionToken } },
    )
    expect([response.status, errorOf(response).code]).toEqual([400, 'ExpiredToken'])
  })

  test('allow only what their policy allows', async () => {
    const key = await temporaryKey(cloud, [{ action: ['GetObject'], path: 'mine/*' }])
    const as = (signing: Signing, sent: RawRequest = {}) =>
      signed(
        { ...signing, ...keyOf(key) },
        { ...sent, headers: { ...sent.headers, 'x-cos-security-token': key.sessionToken } },
      )
    expect((await as({ key: 'mine/a.txt' })).status).toBe(404)
    for (const response of [
      await as({ key: 'a.txt' }),
      await as({ key: 'mine' }),
      await as({ method: 'PUT', key: 'mine/a.txt' }, { body: 'x' }),
      await as({ query: { prefix: 'mine/' } }),
    ]) {
      expect([response.status, errorOf(response).code]).toEqual([403, 'AccessDenied'])
      expect(response.body).toContain('<Decision>no statement allows name/cos:')
    }
  })
})

test('answers every request with an id, and an error with the documented body', async () => {
  const response = await signed({ key: 'nothing.txt' })
  expect(response.status).toBe(404)
  expect(response.headers['content-type']).toBe('application/xml')
  const id = response.headers['x-cos-request-id']
  expect(response.body).toMatch(
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code>/,
  )
  expect(response.body).toContain(`<RequestId>${id}</RequestId>`)
})

test('returns NotImplemented with the name of the unsupported operation', async () => {
  for (const query of ['torrent', 'object-lock', 'notification', 'live']) {
    const response = await signed({ query: { [query]: '' } })
    expect([response.status, errorOf(response).code]).toEqual([501, 'NotImplemented'])
    expect(errorOf(response).message).toContain(`?${query}`)
  }
})

test('answers a bucket of another region, or none, with NoSuchBucket', async () => {
  for (const host of [
    'media-1250000000.cos.ap-beijing.myqcloud.com',
    'nothing-1250000000.cos.ap-guangzhou.myqcloud.com',
  ]) {
    const response = await signed({ key: 'a.txt', headers: { Host: host } })
    expect([response.status, errorOf(response).code]).toEqual([404, 'NoSuchBucket'])
  }
})

describe('addresses', () => {
  test('path style is refused by default; where it is allowed, the signed path includes the bucket', async () => {
    const Host = 'cos.ap-guangzhou.myqcloud.com'
    const key = `${BUCKET}/a`
    const request = () => ({
      method: 'HEAD',
      path: `/${key}`,
      headers: {
        Host,
        Authorization: signByOfficialSdk({ method: 'HEAD', key, headers: { Host } }),
      },
    })
    const allowing = await startTestCloud({ pathStyle: 'allow' })
    expect((await send(allowing.cos, request())).status).toBe(404)
    await allowing.end()
    const refusing = await startTestCloud()
    const response = await send(refusing.cos, { ...request(), method: 'GET' })
    expect([response.status, errorOf(response).code]).toEqual([403, 'PathStyleDomainForbidden'])
    await refusing.end()
  })

  test('a custom domain addresses its bucket, and is the signed host', async () => {
    const cloud = await startTestCloud({ hosts: { 'files.example.com': BUCKET } })
    const Host = 'files.example.com'
    const Authorization = signByOfficialSdk({ method: 'PUT', key: 'a', headers: { Host } })
    const headers = { Host, Authorization }
    expect((await send(cloud.cos, { method: 'PUT', path: '/a', headers, body: 'x' })).status).toBe(
      200,
    )
    const read = signByOfficialSdk({ key: 'a' })
    expect((await send(cloud.cos, { path: '/a', headers: { Authorization: read } })).body).toBe('x')
    await cloud.end()
  })

  test.each([
    `${BUCKET}.ci.ap-guangzhou.myqcloud.com`,
    'ci.ap-guangzhou.myqcloud.com',
    '1250000000.ci.ap-guangzhou.myqcloud.com',
  ])('refuses data processing by name: %s', async (Host) => {
    const cloud = await startTestCloud()
    const response = await send(cloud.cos, { method: 'GET', path: '/jobs', headers: { Host } })
    expect(response.status).toBe(501)
    expect(errorOf(response)).toMatchObject({
      code: 'NotImplemented',
      message: expect.stringContaining('data processing'),
    })
    await cloud.end()
  })
})
