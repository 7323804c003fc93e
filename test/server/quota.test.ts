import { type AccessRules, readRules } from '@miniprogram-cos/server'
import { contentCondition } from '../../packages/server/src/policy'
import { memoryStores } from '../../packages/server/src/services/records'
import { postForm, signedRequests } from '../support/cosRequests'
import { type FunctionAnswer, sendWithKey, sendWithSignature } from '../support/functionCalls'
import { functionsInProcess } from '../support/functionsInProcess'
import { ALICE, BOB, HOST } from '../support/testCloud'

/** Both functions share these records, as instances share the database. */
const functions = functionsInProcess(
  {
    'private/{openid}/**': { owner: ['read', 'write', 'delete', 'list'], quota: '1 KB' },
    'few/{openid}/**': { owner: ['read', 'write', 'delete', 'list'], maxFiles: 3 },
    'named/{openid}/**': { owner: ['write'], names: 'server', quota: '1 KB' },
    'free/{openid}/**': { owner: ['read', 'write'] },
  },
  {},
  { records: memoryStores() },
)
const signed = signedRequests(() => functions.cloud)

/** No two tests share a user, so none sees the reservations of another. */
let users = 0
const newUser = () => `${ALICE.slice(0, -4)}${String(++users).padStart(4, '0')}`

async function bytesIn(folder: string): Promise<{ used: number; files: number }> {
  const { body } = await signed('GET', '', { query: { prefix: folder } })
  const sizes = [...body.matchAll(/<Size>(\d+)<\/Size>/g)].map(([, size]) => Number(size))
  return { used: sizes.reduce((sum, size) => sum + size, 0), files: sizes.length }
}

const putRequest = (key: string, size: number) => ({
  method: 'PUT',
  key,
  headers: { Host: HOST, 'content-length': String(size) },
})

const sign = (openid: string, key: string, size: number) => {
  const { method, headers } = putRequest(key, size)
  return functions.signature(openid, { Method: method, Key: key, Headers: headers })
}

async function put(openid: string, key: string, size: number): Promise<string> {
  const answer = await sign(openid, key, size)
  if (answer.error) return answer.error.code
  const request = { ...putRequest(key, size), body: 'x'.repeat(size) }
  const { status } = await sendWithSignature(functions.cloud, answer, request)
  return String(status)
}

test('permits uploads up to the quota, and names the numbers beyond it', async () => {
  const user = newUser()
  const folder = `private/${user}/`
  expect(await put(user, `${folder}a`, 600)).toBe('200')
  expect(await put(user, `${folder}b`, 424)).toBe('200')
  const { error } = await sign(user, `${folder}c`, 1)
  expect(error).toMatchObject({
    code: 'KitQuotaExceeded',
    rule: 'private/{openid}/**',
    retryable: false,
    usage: { path: folder, used: 1024, quota: 1024, files: 2 },
  })
  expect(error?.message).toContain('1024 of 1024 bytes')
})

test('usage reports what the folder contains, in both functions', async () => {
  const user = newUser()
  await put(user, `private/${user}/a`, 100)
  const usage = { path: `private/${user}/`, used: 100, quota: 1024, files: 1 }
  expect(await functions.signature(user, { usage: {} })).toEqual(usage)
  expect(await functions.credentials(user, { usage: { path: `private/${user}/deep/` } })).toEqual(
    usage,
  )
  expect(await functions.credentials(user, { usage: { path: `few/${user}/` } })).toEqual({
    path: `few/${user}/`,
    used: 0,
    files: 0,
    maxFiles: 3,
  })
})

test.each([
  ['another user’s folder', { path: `private/${BOB}/` }],
  ['a folder without a quota', { path: `free/${ALICE}/` }],
  ['no text', { path: 7 }],
])('usage is refused for %s', async (_, usage) => {
  expect((await functions.signature(ALICE, { usage })).error?.code).toBe('KitPathRefused')
})

test('replacing an object counts its difference', async () => {
  const user = newUser()
  const key = `private/${user}/a`
  await signed('PUT', key, { body: 'x'.repeat(1000) })
  expect(await put(user, key, 1024)).toBe('200')
  expect(await put(user, `private/${user}/b`, 1)).toBe('KitQuotaExceeded')
  expect(await put(user, key, 1024)).toBe('200')
})

test('deleting objects makes room at once, for those uploaded earlier', async () => {
  const user = newUser()
  const key = `private/${user}/old`
  await signed('PUT', key, { body: 'x'.repeat(1024) })
  expect(await put(user, `private/${user}/new`, 1024)).toBe('KitQuotaExceeded')
  await signed('DELETE', key)
  expect(await put(user, `private/${user}/new`, 1024)).toBe('200')
})

test('a folder over its quota may be written to without growing', async () => {
  const user = newUser()
  await signed('PUT', `private/${user}/a`, { body: 'x'.repeat(1500) })
  expect(await put(user, `private/${user}/a`, 1000)).toBe('200')
  expect(await put(user, `private/${user}/b`, 30)).toBe('KitQuotaExceeded')
})

test('maxFiles counts objects, and those that are permitted', async () => {
  const user = newUser()
  await sign(user, `few/${user}/a`, 5)
  await put(user, `few/${user}/b`, 5)
  await put(user, `few/${user}/b`, 6)
  expect(await put(user, `few/${user}/c`, 5)).toBe('200')
  const { error } = await sign(user, `few/${user}/d`, 5)
  expect(error?.usage).toEqual({ path: `few/${user}/`, used: 16, files: 3, maxFiles: 3 })
})

/** An attack on the quota: what a user could try, to store more than 1,024 bytes. */
const ATTACKS: Record<string, (user: string, folder: string) => Promise<unknown>> = {
  '40 signatures at once': (user, folder) =>
    Promise.all(Array.from({ length: 40 }, (_, i) => put(user, `${folder}${i}`, 100))),
  'all signatures first, then all uploads': async (user, folder) => {
    const keys = Array.from({ length: 30 }, (_, i) => `${folder}${i}`)
    const answers = await Promise.all(keys.map((key) => sign(user, key, 200)))
    for (const [i, answer] of answers.entries()) {
      if (answer.error) continue
      const request = { ...putRequest(keys[i] as string, 200), body: 'x'.repeat(200) }
      await sendWithSignature(functions.cloud, answer, request)
    }
  },
  'a larger body than was signed': async (user, folder) => {
    const answer = await sign(user, `${folder}a`, 10)
    const request = { ...putRequest(`${folder}a`, 2000), body: 'x'.repeat(2000) }
    await sendWithSignature(functions.cloud, answer, request)
  },
  'chunks of no stated length': async (user, folder) => {
    const answer = await sign(user, `${folder}a`, 10)
    const headers = { Host: HOST, 'Transfer-Encoding': 'chunked' }
    const request = { method: 'PUT', key: `${folder}a`, headers, body: 'x'.repeat(2000) }
    await sendWithSignature(functions.cloud, answer, request)
  },
  'no Content-Length in the signature': async (user, folder) => {
    const request = { method: 'PUT', key: `${folder}a`, headers: { Host: HOST } }
    const event = { Method: 'PUT', Key: request.key, Headers: request.headers }
    const answer = await functions.signature(user, event)
    expect(answer.error?.code).toBe('KitRequestRefused')
  },
  'an upload in parts that is never completed': async (user, folder) => {
    const event = { Method: 'POST', Key: `${folder}a`, Query: { uploads: '' } }
    expect((await functions.signature(user, event)).error?.code).toBe('KitRequestRefused')
    const scope = { action: 'name/cos:InitiateMultipartUpload', prefix: `${folder}a` }
    expect((await functions.credentials(user, { scope })).error?.code).toBe('KitScopeRefused')
  },
  'a copy of a large object': async (user, folder) => {
    await signed('PUT', `free/${user}/large`, { body: 'x'.repeat(3000) })
    const headers = { Host: HOST, 'x-cos-copy-source': `${HOST}/free/${user}/large` }
    const event = { Method: 'PUT', Key: `${folder}a`, Headers: headers }
    expect((await functions.signature(user, event)).error?.code).toBe('KitRequestRefused')
    const write = { action: 'name/cos:PutObject', prefix: `${folder}a`, size: 10 }
    const read = { action: 'name/cos:GetObject', prefix: `free/${user}/large` }
    const both = await functions.credentials(user, { scope: [write, read] })
    expect(both.error?.code).toBe('KitScopeRefused')
    const one = await functions.credentials(user, { scope: write })
    await sendWithKey(functions.cloud, one, { method: 'PUT', key: `${folder}a`, headers })
  },
  'the key for everything': async (user, folder) => {
    const key = await functions.credentials(user)
    for (const name of ['a', 'b']) {
      const request = { ...putRequest(folder + name, 800), body: 'x'.repeat(800) }
      expect((await sendWithKey(functions.cloud, key, request)).status).toBe(403)
    }
    const narrowed = await functions.credentials(user, { paths: [folder], verbs: ['write'] })
    expect(narrowed.error?.code).toBe('KitPathRefused')
  },
  'keys for one object each, at once': async (user, folder) => {
    const tries = Array.from({ length: 20 }, (_, i) => `${folder}${i}`)
    await Promise.all(
      tries.map(async (prefix) => {
        const scope = { action: 'name/cos:PutObject', prefix, size: 300 }
        const answer = await functions.credentials(user, { scope })
        if (answer.error) return
        for (const size of [300, 900]) {
          const request = { ...putRequest(prefix, size), body: 'x'.repeat(size) }
          await sendWithKey(functions.cloud, answer, request)
        }
      }),
    )
  },
  'a key for a size below zero': async (user, folder) => {
    const scope = { action: 'name/cos:PutObject', prefix: `${folder}a`, size: -5000 }
    expect((await functions.credentials(user, { scope })).error?.code).toBe('KitBadRequest')
  },
  'a form for a small file, sent with a large one': async (user, folder) => {
    const answer = await functions.signature(user, { form: { Key: `${folder}a`, size: 20 } })
    const post = (text: string) => postForm(functions.cloud, answer.formData ?? {}, text)
    expect((await post('x'.repeat(2000))).status).toBeGreaterThanOrEqual(400)
    expect((await post('x'.repeat(21))).status).toBeGreaterThanOrEqual(400)
    expect((await post('x'.repeat(20))).status).toBe(200)
  },
  'a form without a size': async (user, folder) => {
    const { error } = await functions.signature(user, { form: { Key: `${folder}a` } })
    expect(error?.code).toBe('KitRequestRefused')
  },
  'signatures and forms and keys together': async (user, folder) => {
    await Promise.all([
      ...[1, 2, 3].map((i) => put(user, `${folder}s${i}`, 300)),
      ...[1, 2, 3].map(async (i) => {
        const form = { Key: `${folder}f${i}`, size: 300 }
        const { formData } = await functions.signature(user, { form })
        if (formData) await postForm(functions.cloud, formData, 'x'.repeat(300))
      }),
      ...[1, 2, 3].map(async (i) => {
        const scope = { action: 'name/cos:PutObject', prefix: `${folder}k${i}`, size: 300 }
        const answer = await functions.credentials(user, { scope })
        const request = { ...putRequest(`${folder}k${i}`, 300), body: 'x'.repeat(300) }
        if (answer.credentials) await sendWithKey(functions.cloud, answer, request)
      }),
    ])
  },
  'upload, delete, sign others, and repeat the first upload': async (user, folder) => {
    const key = `${folder}a`
    const first = await sign(user, key, 900)
    const request = { ...putRequest(key, 900), body: 'x'.repeat(900) }
    await sendWithSignature(functions.cloud, first, request)
    await signed('DELETE', key)
    await put(user, `${folder}b`, 900)
    await sendWithSignature(functions.cloud, first, request)
  },
  'overwriting small objects by large ones': async (user, folder) => {
    for (const name of ['a', 'b', 'c', 'd']) await put(user, folder + name, 10)
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => put(user, folder + name, 500)))
  },
  'a presigned URL': async (user, folder) => {
    await put(user, `${folder}a`, 1000)
    const headers = { Host: HOST, 'content-length': '100' }
    const event = { Method: 'PUT', Key: `${folder}b`, Headers: headers, presign: true }
    expect((await functions.signature(user, event)).error?.code).toBe('KitQuotaExceeded')
  },
  'a folder inside the folder': async (user, folder) => {
    await put(user, `${folder}x/y/a`, 1000)
    expect(await put(user, `${folder}z/b`, 100)).toBe('KitQuotaExceeded')
  },
}

test.each(Object.entries(ATTACKS))('nothing exceeds the quota: %s', async (_, attack) => {
  const user = newUser()
  const folder = `private/${user}/`
  await attack(user, folder)
  expect((await bytesIn(folder)).used).toBeLessThanOrEqual(1024)
})

test('a key for a server-generated name is limited to the requested size', async () => {
  const user = newUser()
  const create = (size?: number): Promise<FunctionAnswer> =>
    functions.credentials(user, { create: { path: `named/${user}/`, size } })
  const { key = '', credentials } = await create(1000)
  const send = (size: number) =>
    sendWithKey(
      functions.cloud,
      { ...(credentials ? { credentials } : {}) },
      {
        ...putRequest(key, size),
        body: 'x'.repeat(size),
      },
    )
  expect((await send(1001)).status).toBe(403)
  expect((await send(1000)).status).toBe(200)
  expect((await create(100)).error?.code).toBe('KitQuotaExceeded')
})

test('without a maxSize, one file may fill the quota and has at most 5 GB', () => {
  const limitOf = (quota: `${number} GB`) => {
    const [rule] = readRules({ 'a/{openid}/**': { owner: ['write'], quota } })
    return rule && contentCondition(rule).numeric_less_than_equal?.['cos:content-length']
  }
  expect([limitOf('1 GB'), limitOf('20 GB')]).toEqual([1024 ** 3, 5 * 1024 ** 3])
})

test.each([
  ['a quota without a folder of one user', { 'news/**': { everyone: ['write'], quota: '1 KB' } }],
  ['a quota that is no size', { 'a/{openid}/**': { owner: ['write'], quota: 'much' } }],
  ['maxFiles that is no number', { 'a/{openid}/**': { owner: ['write'], maxFiles: 0 } }],
  ['a quota where nobody writes', { 'a/{openid}/**': { owner: ['read'], quota: '1 KB' } }],
])('refuses %s', (_, access) => {
  expect(() => readRules(access as AccessRules)).toThrow('cos.config.ts: access[')
})
