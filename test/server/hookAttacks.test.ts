import { type RequestedFile, type UploadedFile } from '@miniprogram-cos/server'
import { memoryStores } from '../../packages/server/src/records'
import { sendWithKey, sendWithSignature } from '../support/functionCalls'
import { functionsInProcess } from '../support/functionsInProcess'
import { signedRequests } from '../support/signedRequests'
import { ALICE, BOB, HOST } from '../support/testCloud'

const seen: UploadedFile[] = []
const asked: RequestedFile[] = []

/** Folders whose hooks an attacker would like to deceive. */
const functions = functionsInProcess(
  {
    'private/{openid}/**': {
      owner: ['read', 'write', 'delete'],
      onUpload: (file: UploadedFile) => {
        seen.push(file)
        return file.type
      },
    },
    'small/{openid}/**': {
      owner: ['read', 'write'],
      beforeUpload: (file: RequestedFile) => {
        asked.push(file)
        return (file.size ?? 99) > 10 ? 'at most 10 bytes' : undefined
      },
    },
    'album/{openid}/**': { owner: ['write', 'list'], everyone: ['read'], quota: '1 KB' },
  },
  {},
  { records: memoryStores() },
)
const signed = signedRequests(() => functions.cloud)

beforeEach(() => {
  seen.length = 0
  asked.length = 0
})

describe('the size that beforeUpload decides on is the size that can be uploaded', () => {
  const key = `small/${ALICE}/a`
  const put = (size: number) => ({
    method: 'PUT',
    key,
    headers: { Host: HOST, 'content-length': String(size) },
    body: 'x'.repeat(size),
  })

  test('of a key for one object', async () => {
    const scope = { action: 'name/cos:PutObject', prefix: key, size: 4 }
    const answer = await functions.credentials(ALICE, { scope })
    expect((await sendWithKey(functions.cloud, answer, put(5000))).status).toBe(403)
    expect((await sendWithKey(functions.cloud, answer, put(4))).status).toBe(200)
  })

  test('of a key for one object that is uploaded in parts', async () => {
    const scope = ['PutObject', 'InitiateMultipartUpload', 'UploadPart'].map((action) => ({
      action: `name/cos:${action}`,
      prefix: key,
      size: 4,
    }))
    const answer = await functions.credentials(ALICE, { scope })
    expect(answer.error?.code).toBe('KitUploadRefused')
  })

  test.each(['', 'abc', '1e1', '-1', '0x1', '5 '])('of a signature: %j', async (length) => {
    const event = { Method: 'PUT', Key: key, Headers: { 'content-length': length } }
    const answer = await functions.signature(ALICE, event)
    expect(answer.error?.code).toMatch(/^Kit(RequestRefused|UploadRefused)$/)
  })
})

test('an object that is replaced within the same second by the same bytes of another type is seen', async () => {
  const Key = `private/${ALICE}/a`
  const types = ['image/png', 'text/html']
  for (const type of types) {
    await signed('PUT', Key, { body: 'hello', headers: { 'Content-Type': type } })
    expect(await functions.credentials(ALICE, { confirm: { Key } })).toEqual({ confirm: type })
  }
})

test('who may only read a folder does not learn what it contains', async () => {
  const usage = { path: `album/${ALICE}/` }
  expect((await functions.signature(ALICE, { usage })).quota).toBe(1024)
  expect((await functions.signature(BOB, { usage })).error?.code).toBe('KitPathRefused')
})

describe('limits', () => {
  const flood = async (n: number, ask: (i: number) => Promise<{ error?: { code: string } }>) => {
    const answers = await Promise.all(Array.from({ length: n }, (_, i) => ask(i)))
    return answers.filter(({ error }) => error?.code === 'KitTooManyRequests').length
  }
  test('confirmations', async () => {
    const user = `${BOB.slice(0, -3)}c01`
    const refused = await flood(400, (i) =>
      functions.credentials(user, { confirm: { Key: `private/${user}/${i}` } }),
    )
    expect(refused).toBeGreaterThanOrEqual(90)
  })
})
