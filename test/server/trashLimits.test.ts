import { SignedBucketAccess } from '../../packages/server/src/services/bucketAccess'
import { memoryStores } from '../../packages/server/src/services/records'
import { objectsOf, signedRequests } from '../support/cosRequests'
import { sendWithSignature } from '../support/functionCalls'
import { environmentOf, functionsInProcess } from '../support/functionsInProcess'
import { ALICE, BOB, BUCKET, HOST, REGION } from '../support/testCloud'

/** A trash together with the other rules of a path, and with what objects and buckets can be. */
const functions = functionsInProcess(
  {
    'private/{openid}/**': { owner: ['read', 'write', 'delete'], trash: '30 days' },
    'album/{openid}/**': { owner: ['read', 'write', 'delete'], trash: '30 days', quota: '1 KB' },
    'strict/{openid}/**': {
      owner: ['read', 'write', 'delete'],
      trash: '30 days',
      maxSize: '10 B',
      types: ['image/*'],
      beforeUpload: ({ key }) => (key.endsWith('banned') ? 'not you' : undefined),
    },
    'common/**': { everyone: ['read', 'write', 'delete'], trash: '30 days' },
  },
  {},
  { records: memoryStores() },
)
const signed = signedRequests(() => functions.cloud)
const { put, contentOf, keysBelow } = objectsOf(signed)
const trash = (event: object, openid = ALICE) => functions.credentials(openid, { trash: event })

test('a signature that is used again after each deletion does not exceed the quota', async () => {
  const Key = `album/${BOB}/a`
  const Headers = { Host: HOST, 'content-length': '800' }
  const signature = await functions.signature(BOB, { Method: 'PUT', Key, Headers })
  const upload = () =>
    sendWithSignature(functions.cloud, signature, {
      method: 'PUT',
      key: Key,
      headers: Headers,
      body: 'x'.repeat(800),
    })
  expect((await upload()).status).toBe(200)
  for (let i = 0; i < 2; i++) {
    expect((await trash({ action: 'delete', Key }, BOB)).error).toMatchObject({
      code: 'KitQuotaExceeded',
      message: expect.stringContaining('is still permitted'),
      usage: { used: 800 },
    })
    expect((await upload()).status).toBe(200)
  }
  expect(await keysBelow(`.trash/album/${BOB}/`)).toEqual([])
})

test('where the quota has room for both, an object can be deleted at once and uploaded again', async () => {
  const Key = `album/${ALICE}/a`
  const Headers = { Host: HOST, 'content-length': '400' }
  const signature = await functions.signature(ALICE, { Method: 'PUT', Key, Headers })
  const request = { method: 'PUT', key: Key, headers: Headers, body: 'x'.repeat(400) }
  const codes: unknown[] = []
  for (let i = 0; i < 3; i++) {
    await sendWithSignature(functions.cloud, signature, request)
    codes.push((await trash({ action: 'delete', Key })).error?.code)
  }
  expect(codes).toEqual([undefined, 'KitQuotaExceeded', 'KitQuotaExceeded'])
  const { used = 0 } = (await functions.signature(ALICE, { usage: {} })) as { used?: number }
  expect(used).toBeLessThanOrEqual(1024)
})

describe('a rule that is stricter than when the object was uploaded', () => {
  const ID = '20260101T000000Z-00000000-owner'
  test.each([
    ['allowed', 'x', 'image/png', undefined],
    ['large', 'x'.repeat(11), 'image/png', 'KitTrashRefused'],
    ['page', 'x', 'text/html', 'KitTrashRefused'],
    ['banned', 'x', 'image/png', 'KitUploadRefused'],
  ])('applies to what is restored: %s', async (name, body, type, code) => {
    const Key = `strict/${ALICE}/${name}`
    await put(`.trash/${Key}/${ID}`, body, { 'Content-Type': type })
    for (const TrashId of [undefined, ID]) {
      const { error } = await trash({ action: 'restore', Key, TrashId })
      if (code === undefined && TrashId) continue
      expect(error?.code).toBe(code)
    }
    expect(await contentOf(Key)).toBe(code === undefined ? body : 404)
  })
})

test('listing the trash of a shared folder requires the verb list', async () => {
  await put('common/secret name', 'x')
  await trash({ action: 'delete', Key: 'common/secret name' })
  for (const Prefix of ['common/', 'common/secret']) {
    const { error } = await trash({ action: 'list', Prefix }, BOB)
    expect(error?.code).toBe('KitTrashRefused')
  }
  expect((await trash({ action: 'restore', Key: 'common/secret name' }, BOB)).error).toBeUndefined()
})

test('moves an old object without a CRC-64', async () => {
  class OldBucket extends SignedBucketAccess {
    override async send(...[request, expected]: Parameters<SignedBucketAccess['send']>) {
      const answer = await super.send(request, expected)
      if (request.key === Key) delete answer.headers['x-cos-hash-crc64ecma']
      return answer
    }
  }
  const Key = `private/${ALICE}/old`
  const location = { bucket: BUCKET, region: REGION }
  const bucket = new OldBucket(location, environmentOf(functions.cloud), 1024 * 1024)
  await put(Key, 'x'.repeat(1.5 * 1024 * 1024))
  const source = await bucket.source(Key)
  expect(source && (await bucket.copy(source, '.trash/old'))).toBe('copied')
})

test('an encrypted object stays encrypted', async () => {
  const Key = `private/${ALICE}/encrypted`
  const encryption = { 'x-cos-server-side-encryption': 'AES256' }
  await put(Key, 'x', encryption)
  const { trash: [entry] = [] } = await trash({ action: 'delete', Key })
  const moved = await signed('HEAD', `.trash/${Key}/${entry?.TrashId}`)
  expect(moved.headers).toMatchObject(encryption)
  await trash({ action: 'restore', Key })
  expect((await signed('HEAD', Key)).headers).toMatchObject(encryption)
})

test('in a bucket with versions, restoring over an object is a conflict too', async () => {
  const Key = `private/${ALICE}/versions`
  const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
  await signed('PUT', '', { query: { versioning: '' }, body })
  await put(Key, 'old')
  await trash({ action: 'delete', Key })
  await put(Key, 'new')
  expect((await trash({ action: 'restore', Key })).error?.code).toBe('KitTrashConflict')
  expect(await contentOf(Key)).toBe('new')
})
