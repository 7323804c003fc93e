import {
  type AccessRules,
  type RequestedFile,
  readRules,
  type UploadedFile,
} from '@miniprogram-cos/server'
import { SignedBucketAccess } from '../../packages/server/src/services/bucketAccess'
import type { UploadRecord } from '../../packages/server/src/services/hookRunner'
import { reconcileRecords } from '../../packages/server/src/services/reconcile'
import { COLLECTIONS, memoryStores } from '../../packages/server/src/services/records'
import { signedRequests } from '../support/cosRequests'
import { environmentOf, functionsInProcess } from '../support/functionsInProcess'
import { ALICE, BOB, BUCKET, REGION } from '../support/testCloud'

const seen: UploadedFile[] = []
const deleted: string[] = []
/** What the hook does next, instead of returning the size. */
let next: (() => unknown) | undefined

const ACCESS = {
  'private/{openid}/**': {
    owner: ['read', 'write', 'delete'],
    onUpload: (file: UploadedFile) => {
      seen.push(file)
      return next ? next() : { size: file.size }
    },
    onDelete: ({ key }: { key: string }) => {
      deleted.push(key)
    },
  },
  'plain/{openid}/**': { owner: ['write'] },
  'asked/{openid}/**': {
    owner: ['read', 'write'],
    beforeUpload: ({ key, size = 0, openid, type }: RequestedFile) => {
      if (key.endsWith('broken')) throw new Error(`secret of ${openid}`)
      if (type === 'text/html') return 'no pages here'
      return size > 10 ? `at most 10 bytes, ${openid} has ${size}` : undefined
    },
  },
} as const
const records = memoryStores()
const functions = functionsInProcess(ACCESS, {}, { records })
const signed = signedRequests(() => functions.cloud)

beforeEach(() => {
  seen.length = 0
  deleted.length = 0
  next = undefined
})

const confirm = (Key: string, ETag?: string, openid = ALICE) =>
  functions.credentials(openid, { confirm: { Key, ...(ETag ? { ETag } : {}) } })

async function upload(key: string, body = 'hello', headers = {}): Promise<string> {
  const { headers: answer } = await signed('PUT', key, { body, headers })
  return String(answer.etag)
}

const mine = (name: string) => `private/${ALICE}/${name}`

test('a key and a signature say which uploads to confirm', async () => {
  expect((await functions.credentials(ALICE)).confirms).toEqual([`private/${ALICE}/`])
  expect((await functions.signature(ALICE)).confirms).toEqual([`private/${ALICE}/`])
})

test('a confirmed upload runs onUpload with what COS says of the object', async () => {
  const headers = { 'Content-Type': 'image/png', 'x-cos-meta-title': 'me' }
  const etag = await upload(mine('a.png'), 'hello', headers)
  expect(await confirm(mine('a.png'), etag)).toEqual({ confirm: { size: 5 } })
  expect(seen).toEqual([
    {
      openid: ALICE,
      key: mine('a.png'),
      size: 5,
      type: 'image/png',
      etag,
      metadata: { title: 'me' },
      wxContext: expect.objectContaining({ OPENID: ALICE }),
    },
  ])
})

test('a repeated confirmation answers the same, by either function, and runs nothing', async () => {
  const etag = await upload(mine('twice'))
  const answers = [
    await confirm(mine('twice'), etag),
    await confirm(mine('twice')),
    await functions.signature(ALICE, { confirm: { Key: mine('twice') } }),
  ]
  expect(answers).toEqual(Array(3).fill({ confirm: { size: 5 } }))
  expect(seen).toHaveLength(1)
})

test('confirmations at the same time run the hook once', async () => {
  await upload(mine('together'))
  next = () => new Promise((resolve) => setTimeout(resolve, 30, 'slow'))
  const answers = await Promise.all(Array.from({ length: 10 }, () => confirm(mine('together'))))
  expect(answers).toEqual(Array(10).fill({ confirm: 'slow' }))
  expect(seen).toHaveLength(1)
})

test('a replaced object is confirmed again, and the old one is refused', async () => {
  const old = await upload(mine('new'), 'old')
  await confirm(mine('new'), old)
  const etag = await upload(mine('new'), 'newer')
  expect((await confirm(mine('new'), old)).error?.code).toBe('KitConfirmRefused')
  expect(seen).toHaveLength(1)
  expect(await confirm(mine('new'), etag)).toEqual({ confirm: { size: 5 } })
  expect(seen.map(({ size }) => size)).toEqual([3, 5])
})

test.each([
  ['an object that is not there', mine('nothing'), ALICE],
  ['an object of another user', `private/${BOB}/theirs`, ALICE],
  ['a key that only looks like the caller’s', `private/${ALICE}x/a`, ALICE],
  ['a folder', mine(''), ALICE],
  ['an object below a path without hooks', `plain/${ALICE}/a`, ALICE],
  ['an object that no rule covers', 'config/secret.json', ALICE],
])('refuses to confirm %s', async (_, key, openid) => {
  if (!key.endsWith('nothing')) await upload(key)
  const { error } = await confirm(key, undefined, openid)
  expect(error?.code).toBe('KitConfirmRefused')
  expect(seen).toEqual([])
})

test.each([[null], [7], [{ Key: 7 }], [{ Key: mine('a'), ETag: 1 }], [[]]])(
  'refuses a malformed confirmation: %j',
  async (confirm) => {
    const { error } = await functions.credentials(ALICE, { confirm })
    if (confirm === null) expect(error).toBeUndefined()
    else expect(error?.code).toMatch(/^Kit(BadRequest|ConfirmRefused)$/)
    expect(seen).toEqual([])
  },
)

test('the reason of a failed hook is not returned, and the hook runs again', async () => {
  await upload(mine('fails'))
  next = () => {
    throw new TypeError('password of the database')
  }
  const { error } = await confirm(mine('fails'))
  expect(error).toMatchObject({ code: 'KitHookFailed', retryable: true })
  expect(error?.message).toBe('onUpload failed: TypeError')
  next = () => {
    throw Object.assign(new Error('collection files'), { errCode: -502005 })
  }
  expect((await confirm(mine('fails'))).error?.message).toBe('onUpload failed: Error -502005')
  next = undefined
  expect(await confirm(mine('fails'))).toEqual({ confirm: { size: 5 } })
  expect(seen).toHaveLength(3)
})

test('a hook that returns nothing confirms with null', async () => {
  await upload(mine('null'))
  next = () => undefined
  expect(await confirm(mine('null'))).toEqual({ confirm: null })
})

describe('beforeUpload', () => {
  const sign = (name: string, headers: object) =>
    functions.signature(ALICE, { Method: 'PUT', Key: `asked/${ALICE}/${name}`, Headers: headers })

  test('permits or refuses a signature, with its own message', async () => {
    expect((await sign('a', { 'content-length': '10' })).authorization).toBeDefined()
    const { error } = await sign('a', { 'content-length': '11' })
    expect(error).toEqual({
      code: 'KitUploadRefused',
      message: `at most 10 bytes, ${ALICE} has 11`,
      retryable: false,
      rule: 'asked/{openid}/**',
    })
  })

  test('refuses a form', async () => {
    const form = { Key: `asked/${ALICE}/a`, ContentType: 'text/html' }
    const { error } = await functions.signature(ALICE, { form })
    expect(error?.message).toBe('no pages here')
  })

  test('refuses the beginning of an upload in parts', async () => {
    const { error } = await functions.signature(ALICE, {
      Method: 'POST',
      Key: `asked/${ALICE}/a`,
      Query: { uploads: '' },
      Headers: { 'content-type': 'text/html' },
    })
    expect(error?.code).toBe('KitUploadRefused')
  })

  test('an error in it refuses the upload', async () => {
    const { error } = await sign('broken', {})
    expect(error).toMatchObject({ code: 'KitHookFailed', message: 'beforeUpload failed: Error' })
  })

  test('keys are issued for one object, not for the folder', async () => {
    const scope = { action: 'name/cos:PutObject', prefix: `asked/${ALICE}/a`, size: 4 }
    expect((await functions.credentials(ALICE, { scope })).credentials).toBeDefined()
    const refused = await functions.credentials(ALICE, { scope: { ...scope, size: 40 } })
    expect(refused.error?.code).toBe('KitUploadRefused')
    const paths = [`asked/${ALICE}/`]
    const folder = await functions.credentials(ALICE, { paths, verbs: ['write'] })
    expect(folder.error?.code).toBe('KitPathRefused')
  })
})

describe('reconcile', () => {
  const reconcile = (options = {}) =>
    reconcileRecords(
      readRules(ACCESS),
      new SignedBucketAccess({ bucket: BUCKET, region: REGION }, environmentOf(functions.cloud)),
      records<UploadRecord>(COLLECTIONS.uploads),
      { olderThan: 0, ...options },
    )

  beforeEach(async () => {
    await reconcile()
    seen.length = 0
    deleted.length = 0
  })

  test('runs onUpload for objects that were never confirmed', async () => {
    await upload(mine('lost'))
    expect(await reconcile()).toMatchObject({ ran: 1, removed: 0, deleted: 0, failed: [] })
    expect(seen.map(({ key, wxContext }) => [key, wxContext])).toEqual([[mine('lost'), undefined]])
    expect(await confirm(mine('lost'))).toEqual({ confirm: { size: 5 } })
    expect(seen).toHaveLength(1)
  })

  test('a key with a control character does not hide other objects from reconcile', async () => {
    await upload('private/oMallory/\u0001')
    await upload(mine('照片 1%'))
    expect(await reconcile()).toMatchObject({ ran: 2, deleted: 0, failed: [] })
    expect(seen.map(({ key }) => key)).toContain(mine('照片 1%'))
    await signed('DELETE', 'private/oMallory/\u0001')
  })

  test('leaves recent objects to their clients', async () => {
    await upload(mine('young'))
    expect(await reconcile({ olderThan: 60 })).toMatchObject({ ran: 0 })
    expect(seen).toEqual([])
  })

  test('removes objects that were never confirmed, with remove', async () => {
    await upload(mine('kept'))
    await confirm(mine('kept'))
    await upload(mine('orphan'))
    expect(await reconcile({ remove: true })).toMatchObject({ ran: 0, removed: 1 })
    expect((await signed('HEAD', mine('orphan'))).status).toBe(404)
    expect((await signed('HEAD', mine('kept'))).status).toBe(200)
  })

  test('runs onDelete for objects that are gone, once', async () => {
    await upload(mine('gone'))
    await confirm(mine('gone'))
    await signed('DELETE', mine('gone'))
    expect(await reconcile()).toMatchObject({ deleted: 1 })
    expect(deleted).toEqual([mine('gone')])
    expect(await reconcile()).toMatchObject({ deleted: 0 })
  })

  test('names hooks that failed, and runs them the next time', async () => {
    await upload(mine('again'))
    next = () => {
      throw new Error('x')
    }
    const { failed } = await reconcile()
    expect(failed).toEqual([{ key: mine('again'), reason: 'onUpload failed: Error' }])
    next = undefined
    expect(await reconcile()).toMatchObject({ ran: 1, failed: [] })
  })
})

test.each([
  ['a hook that is no function', { 'a/{openid}/**': { owner: ['write'], onUpload: 'x' } }],
  ['onDelete alone', { 'a/{openid}/**': { owner: ['write'], onDelete: () => 1 } }],
  ['onUpload where nobody writes', { 'a/{openid}/**': { owner: ['read'], onUpload: () => 1 } }],
  ['beforeUpload where nobody writes', { 'a/{openid}/**': { owner: ['read'], beforeUpload() {} } }],
])('refuses %s', (_, access) => {
  expect(() => readRules(access as AccessRules)).toThrow('cos.config.ts: access["a/{openid}/**"]')
})
