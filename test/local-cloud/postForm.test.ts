import { createHash, createHmac } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { LogEntry } from '@miniprogram-cos/local-cloud'
import { errorOf, send, signByOfficialSdk } from '../support/cosRequests'
import { BUCKET, ROOT_KEY, temporaryKey, useTestCloud } from '../support/testCloud'

const log: LogEntry[] = []
const cloud = useTestCloud({ onCosRequest: (entry) => log.push(entry) })

type Fields = Record<string, string>

/** A form as wx.uploadFile sends it; the file comes last. */
function post(fields: Fields, file: string | undefined, headers: Record<string, string> = {}) {
  const boundary = 'test-boundary'
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  if (file !== undefined) {
    parts.push(
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="photo.png"\r\nContent-Type: image/png\r\n\r\n${file}\r\n`,
    )
  }
  return send(cloud.cos, {
    method: 'POST',
    headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}`, ...headers },
    body: `${parts.join('')}--${boundary}--\r\n`,
  })
}

const hmac = (key: string, text: string) => createHmac('sha1', key).update(text).digest('hex')

/** The policy fields of a form, signed by the documented algorithm (436/14690). */
function policyFields(conditions: unknown[], { seconds = 600, key = ROOT_KEY } = {}): Fields {
  const now = Math.floor(Date.now() / 1000)
  const keyTime = `${now - 1};${now + 600}`
  const policy = JSON.stringify({
    expiration: new Date((now + seconds) * 1000).toISOString(),
    conditions: [
      { 'q-sign-algorithm': 'sha1' },
      { 'q-ak': key.SecretId },
      { 'q-sign-time': keyTime },
      ...conditions,
    ],
  })
  const stringToSign = createHash('sha1').update(policy).digest('hex')
  return {
    policy: Buffer.from(policy).toString('base64'),
    'q-sign-algorithm': 'sha1',
    'q-ak': key.SecretId,
    'q-key-time': keyTime,
    'q-signature': hmac(hmac(key.SecretKey, keyTime), stringToSign),
  }
}

const read = async (key: string) =>
  (
    await send(cloud.cos, {
      path: `/${key}`,
      headers: { Authorization: signByOfficialSdk({ key }) },
    })
  ).body

test('stores a file with a signed policy, and answers 204, 200 or 201 as requested', async () => {
  const fields = {
    key: 'f/${filename}',
    ...policyFields([{ bucket: BUCKET }, ['starts-with', '$key', 'f/']]),
  }
  expect((await post(fields, 'bytes')).status).toBe(204)
  expect(await read('f/photo.png')).toBe('bytes')
  expect((await post({ ...fields, success_action_status: '200' }, 'bytes')).status).toBe(200)
  const created = await post({ ...fields, success_action_status: '201' }, 'bytes')
  expect(created.status).toBe(201)
  expect(created.body).toContain('<PostResponse>')
  expect(created.headers.etag).toBe(`"${createHash('md5').update('bytes').digest('hex')}"`)
})

test('stores a file with the older Signature field', async () => {
  const Signature = signByOfficialSdk({ method: 'POST' })
  const response = await post(
    { key: 'legacy.txt', success_action_status: '200', Signature },
    'older',
  )
  expect(response.status).toBe(200)
  expect(await read('legacy.txt')).toBe('older')
})

test('logs the caller of a form, its key and the deciding statement', async () => {
  const key = await temporaryKey(cloud, [{ action: ['PostObject'], path: 'mine/*' }])
  const token = key.sessionToken
  const own = { SecretId: key.tmpSecretId, SecretKey: key.tmpSecretKey }
  for (const path of ['mine/a.txt', 'others/a.txt']) {
    const conditions = [{ bucket: BUCKET }, { key: path }]
    const fields = policyFields(conditions, { key: own })
    await post({ key: path, 'x-cos-security-token': token, ...fields }, 'x')
  }
  const rows = log
    .slice(-2)
    .map(({ who, status, paths, decision }) => [who, status, paths, decision])
  const resource = `${BUCKET}/mine/*`
  expect(rows).toEqual([
    ['tester', 204, ['mine/a.txt'], `statement[0] allows name/cos:PostObject on ${resource}`],
    [
      'tester',
      403,
      ['others/a.txt'],
      `no statement allows name/cos:PostObject on ${BUCKET}/others/a.txt`,
    ],
  ])
})

test('derives the content type from the key, unless the form sets it', async () => {
  const Signature = signByOfficialSdk({ method: 'POST' })
  await post({ key: 'guess.png', Signature, 'Content-Type': '' }, 'x')
  await post({ key: 'said.png', Signature, 'Content-Type': 'image/webp', 'x-cos-meta-a': 'b' }, 'x')
  const head = (key: string) =>
    send(cloud.cos, {
      method: 'HEAD',
      path: `/${key}`,
      headers: { Authorization: signByOfficialSdk({ method: 'HEAD', key }) },
    })
  expect((await head('guess.png')).headers['content-type']).toBe('image/png')
  expect((await head('said.png')).headers).toMatchObject({
    'content-type': 'image/webp',
    'x-cos-meta-a': 'b',
  })
})

describe('refuses a form', () => {
  const refusals: [what: string, fields: () => Fields, status: number, code: string][] = [
    ['without any signature', () => ({ key: 'k' }), 403, 'AccessDenied'],
    [
      'whose policy was changed after signing',
      () => ({
        key: 'k',
        ...policyFields([]),
        policy: Buffer.from('{"conditions":[]}').toString('base64'),
      }),
      403,
      'SignatureDoesNotMatch',
    ],
    [
      'whose key the policy does not allow',
      () => ({ key: 'other/k', ...policyFields([['starts-with', '$key', 'mine/']]) }),
      403,
      'AccessDenied',
    ],
    [
      'whose policy has expired',
      () => ({ key: 'k', ...policyFields([], { seconds: -5 }) }),
      403,
      'AccessDenied',
    ],
    [
      'for another bucket',
      () => ({ key: 'k', ...policyFields([{ bucket: 'other-1250000000' }]) }),
      403,
      'AccessDenied',
    ],
    [
      'that is larger than the policy allows',
      () => ({ key: 'k', ...policyFields([['content-length-range', 0, 3]]) }),
      400,
      'EntityTooLarge',
    ],
    [
      'that is smaller than the policy allows',
      () => ({ key: 'k', ...policyFields([['content-length-range', 10, 30]]) }),
      400,
      'EntityTooSmall',
    ],
    ['without a key', () => policyFields([]), 400, 'InvalidArgument'],
    [
      'with a wrong secret',
      () => ({ key: 'k', ...policyFields([], { key: { ...ROOT_KEY, SecretKey: 'wrong' } }) }),
      403,
      'SignatureDoesNotMatch',
    ],
  ]
  test.each(refusals)('%s', async (_, fields, status, code) => {
    const response = await post(fields(), 'bytes')
    expect([response.status, errorOf(response).code]).toEqual([status, code])
    expect(errorOf({ ...response, body: await read('k') }).code).toBe('NoSuchKey')
  })

  test('without a file, or of another content type', async () => {
    for (const response of [
      await post({ key: 'k', ...policyFields([]) }, undefined),
      await send(cloud.cos, {
        method: 'POST',
        headers: { 'Content-Type': 'multipart/form-data; boundary=b' },
        body: '--b\r\nnonsense',
      }),
      await send(cloud.cos, {
        method: 'POST',
        headers: { 'Content-Type': 'multipart/form-data' },
        body: 'nonsense',
      }),
    ]) {
      expect([response.status, errorOf(response).code]).toEqual([400, 'MalformedPOSTRequest'])
    }
  })

  test('of a temporary key outside its prefix', async () => {
    const key = await temporaryKey(cloud, [{ action: ['PostObject'], path: 'mine/*' }])
    const own = { SecretId: key.tmpSecretId, SecretKey: key.tmpSecretKey }
    const signed = { ...policyFields([], { key: own }), 'x-cos-security-token': key.sessionToken }
    expect((await post({ key: 'mine/k', ...signed }, 'x')).status).toBe(204)
    const response = await post({ key: 'mineral/k', ...signed }, 'x')
    expect([response.status, errorOf(response).code]).toEqual([403, 'AccessDenied'])
  })
})

test('a form that is refused for its headers stores no file', async () => {
  const files = () => readdirSync(join(cloud.folder, 'data/blobs'), { recursive: true }).sort()
  const before = files()
  const Signature = signByOfficialSdk({ method: 'POST' })
  const refused: Fields[] = [{ 'x-cos-storage-class': 'SHINY' }, { 'x-cos-meta-a b': 'v' }]
  for (const bad of refused) {
    const response = await post({ key: 'refused', Signature, ...bad }, 'content')
    expect(response.status).toBe(400)
    expect(['NotSupportedStorageClass', 'InvalidArgument']).toContain(errorOf(response).code)
  }
  expect(files()).toEqual(before)
})
