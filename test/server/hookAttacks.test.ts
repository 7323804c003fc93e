import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type RequestedFile,
  readRules,
  signatureFunction,
  type UploadedFile,
} from '@miniprogram-cos/server'
import type { Rule } from '../../packages/server/src/rules'
import type { BucketAccess, ObjectHead } from '../../packages/server/src/services/bucketAccess'
import { FolderQuota } from '../../packages/server/src/services/folderQuota'
import { HookRunner, type UploadRecord } from '../../packages/server/src/services/hookRunner'
import { reconcileRecords } from '../../packages/server/src/services/reconcile'
import { memoryRecords, memoryStores } from '../../packages/server/src/services/records'
import { signedRequests } from '../support/cosRequests'
import {
  callFunction,
  type FunctionAnswer,
  functionWithConfig,
  sendWithKey,
} from '../support/functionCalls'
import { environmentOf, functionsInProcess, invocationOf } from '../support/functionsInProcess'
import { at } from '../support/root'
import { ALICE, BOB, BUCKET, HOST, REGION, startTestCloud } from '../support/testCloud'

const requested: object[] = []

/** Folders whose hooks and quotas an attacker would like to deceive. */
const functions = functionsInProcess(
  {
    'private/{openid}/**': {
      owner: ['read', 'write', 'delete'],
      onUpload: ({ type, metadata }: UploadedFile) => [type, metadata.title],
    },
    'small/{openid}/**': {
      owner: ['read', 'write'],
      beforeUpload: ({ key, type, size }: RequestedFile) => {
        requested.push({ key, type, size })
        return (size ?? 99) > 10 ? 'at most 10 bytes' : undefined
      },
    },
    'album/{openid}/**': { owner: ['write', 'list'], everyone: ['read'], quota: '1 KB' },
  },
  {},
  { records: memoryStores() },
)
const signed = signedRequests(() => functions.cloud)

describe('the size that beforeUpload decides on is the size that can be uploaded', () => {
  const key = `small/${ALICE}/a`
  const put = (size: number) => ({
    method: 'PUT',
    key,
    headers: { Host: HOST, 'content-length': String(size) },
    body: 'x'.repeat(size),
  })
  const entry = (action: string) => ({ action: `name/cos:${action}`, prefix: key, size: 4 })

  test('by a key for one object', async () => {
    const answer = await functions.credentials(ALICE, { scope: entry('PutObject') })
    expect((await sendWithKey(functions.cloud, answer, put(5))).status).toBe(403)
    expect((await sendWithKey(functions.cloud, answer, put(4))).status).toBe(200)
  })

  test('by a key for an upload in parts, whose size is unknown', async () => {
    const scope = ['PutObject', 'InitiateMultipartUpload', 'UploadPart'].map(entry)
    expect((await functions.credentials(ALICE, { scope })).error?.code).toBe('KitUploadRefused')
  })

  test.each(['', 'abc', '1e1', '-1', '0x1', '5 ', '1,1'])(
    'by a signature with the Content-Length %j, which is none',
    async (length) => {
      const event = { Method: 'PUT', Key: key, Headers: { 'content-length': length } }
      expect((await functions.signature(ALICE, event)).error?.code).toBe('KitRequestRefused')
    },
  )
})

describe('a copy does not deceive beforeUpload', () => {
  const key = `small/${ALICE}/copied`
  const source = `private/${ALICE}/source`

  test('by a signature whose Content-Type is not that of the copy', async () => {
    const Headers = {
      Host: HOST,
      'content-type': 'image/png',
      'x-cos-copy-source': `${HOST}/${source}`,
    }
    const event = { Method: 'PUT', Key: key, Headers }
    expect((await functions.signature(ALICE, event)).error?.code).toBe('KitUploadRefused')
    expect(requested.at(-1)).toEqual({ key, type: undefined, size: undefined })
  })

  test('by a key that may read the source', async () => {
    const scope = [
      { action: 'name/cos:PutObject', prefix: key, size: 1 },
      { action: 'name/cos:GetObject', prefix: source },
    ]
    const { error } = await functions.credentials(ALICE, { scope })
    expect(error).toMatchObject({ code: 'KitScopeRefused', rule: 'small/{openid}/**' })
  })
})

test.each(['..', '.', '...', '..\\..'])('%j in a key is not confirmed', async (segment) => {
  const Key = `private/${ALICE}/${segment}/${BOB}/a`
  const { error } = await functions.credentials(ALICE, { confirm: { Key } })
  expect(error).toMatchObject({
    code: 'KitConfirmRefused',
    message: expect.stringContaining('dot segment'),
  })
})

test('onUpload runs again when the same bytes replace an object within a second', async () => {
  const Key = `private/${ALICE}/a`
  for (const [type, title] of [
    ['image/png', 'a'],
    ['text/html', 'a'],
    ['text/html', 'b'],
  ] as const) {
    const headers = { 'Content-Type': type, 'x-cos-meta-title': title }
    await signed('PUT', Key, { body: 'hello', headers })
    expect(await functions.credentials(ALICE, { confirm: { Key } })).toEqual({
      confirm: [type, title],
    })
  }
})

test('usage is refused to callers who may only read', async () => {
  const usage = { path: `album/${ALICE}/` }
  expect(await functions.signature(ALICE, { usage })).toMatchObject({ quota: 1024 })
  expect((await functions.signature(BOB, { usage })).error?.code).toBe('KitPathRefused')
})

describe('a caller who floods a function is limited', () => {
  const user = (name: string) => `${BOB.slice(0, -3)}${name}`
  let signature: (openid: string, event: unknown) => Promise<FunctionAnswer>

  beforeAll(() => {
    // Twenty calls for one key a minute.
    const config = { ...functions.config, keysPerMinute: 1 }
    const invoke = signatureFunction(config, environmentOf(functions.cloud))
    signature = (openid, event) => invoke(invocationOf(openid, event))
  })

  test.each([
    ['confirmations', 'fl1', (me: string) => ({ confirm: { Key: `private/${me}/none` } })],
    ['usages', 'fl2', (me: string) => ({ usage: { path: `album/${me}/` } })],
    ['refused uploads', 'fl3', (me: string) => ({ form: { Key: `small/${me}/a`, size: 11 } })],
  ])('by %s', async (_, name, event) => {
    const me = user(name)
    const answers = await Promise.all(Array.from({ length: 25 }, () => signature(me, event(me))))
    const refused = answers.filter(({ error }) => error?.code === 'KitTooManyRequests')
    expect(refused).toHaveLength(5)
    expect((await signature(user('oth'), {})).error).toBeUndefined()
  })
})

function ruleOf([rule]: Rule[]): Rule {
  if (!rule) throw new Error('no rule')
  return rule
}

/** Objects in memory, and a clock that only tests move. */
function memoryBucket() {
  const objects = new Map<string, ObjectHead>()
  const clock = {
    time: 1_700_000_000_000,
    now: () => clock.time,
    sleep: async (milliseconds: number) => {
      clock.time += milliseconds
    },
  }
  const bucket: BucketAccess = {
    head: async (key) => objects.get(key),
    async *list(prefix) {
      for (const [key, object] of [...objects]) if (key.startsWith(prefix)) yield { key, ...object }
    },
    remove: async (key) => {
      objects.delete(key)
    },
  }
  const put = (key: string, change: Partial<ObjectHead> = {}) => {
    const modified = Math.floor(clock.time / 1000) * 1000
    objects.set(key, { etag: '"a"', modified, size: 1, type: 'image/png', metadata: {}, ...change })
  }
  return { objects, bucket, clock, put }
}

describe('reconcile', () => {
  const KEY = 'in/oA/a'
  const rulesWith = (onUpload: (file: UploadedFile) => unknown) =>
    readRules({ 'in/{openid}/**': { owner: ['write'], onUpload } })

  test('notices that a confirmed object was replaced within the same second', async () => {
    const { bucket, clock, put } = memoryBucket()
    const records = memoryRecords<UploadRecord>()
    const types: string[] = []
    const rules = rulesWith(({ type }) => types.push(type))
    put(KEY)
    await new HookRunner(rules, bucket, records, clock).sync(ruleOf(rules), KEY)
    put(KEY, { type: 'text/html' })
    clock.time += 7_200_000
    const run = () => reconcileRecords(rules, bucket, records, {}, clock)
    expect(await run()).toMatchObject({ ran: 1 })
    expect(await run()).toMatchObject({ ran: 0 })
    expect(types).toEqual(['image/png', 'text/html'])
  })

  test('ends for an object that keeps changing, and handles the others', async () => {
    const { bucket, clock, put } = memoryBucket()
    let runs = 0
    const rules = rulesWith(({ key }) => {
      if (key === KEY) put(KEY, { etag: `"${++runs}"` })
    })
    put(KEY)
    put('in/oB/b')
    clock.time += 7_200_000
    const result = await reconcileRecords(rules, bucket, memoryRecords(), {}, clock)
    expect(result).toMatchObject({ ran: 1, failed: [{ key: KEY }] })
    expect(runs).toBeLessThan(10)
  })

  test('keeps an object that a client has uploaded since the listing', async () => {
    const { bucket, objects, clock, put } = memoryBucket()
    const rules = rulesWith(() => undefined)
    put(KEY)
    clock.time += 7_200_000
    const late: BucketAccess = {
      ...bucket,
      async *list(prefix) {
        for await (const file of bucket.list(prefix)) {
          put(KEY, { etag: '"new"' })
          yield file
        }
      },
    }
    const result = await reconcileRecords(rules, late, memoryRecords(), { remove: true }, clock)
    expect(result).toMatchObject({ removed: 0 })
    expect(objects.get(KEY)?.etag).toBe('"new"')
  })

  test('continues after an object that COS or the database refuses', async () => {
    const { bucket, clock, put } = memoryBucket()
    const rules = rulesWith(() => undefined)
    put(KEY)
    put('in/oB/b')
    clock.time += 7_200_000
    const head = async (key: string) => {
      if (key === KEY) throw new RangeError('what the caller must not see')
      return bucket.head(key)
    }
    const run = (remove: boolean) =>
      reconcileRecords(rules, { ...bucket, head }, memoryRecords(), { remove }, clock)
    const failed = [{ key: KEY, reason: 'RangeError' }]
    expect(await run(false)).toMatchObject({ ran: 1, failed })
    expect(await run(true)).toMatchObject({ removed: 1, failed })
  })
})

test('the record of a folder stays small, however many empty files are announced', async () => {
  const rule = ruleOf(readRules({ 'in/{openid}/**': { owner: ['write'], quota: '1 KB' } }))
  const quota = new FolderQuota(memoryBucket().bucket, memoryRecords())
  const announce = (from: number, count: number) =>
    quota.reserve(
      rule,
      'in/oA/',
      Array.from({ length: count }, (_, i) => ({
        key: `in/oA/${from + i}`,
        size: 0,
        until: Date.now() + 60_000,
      })),
    )
  await announce(0, 2000)
  await announce(0, 1)
  await expect(announce(2000, 1)).rejects.toMatchObject({ code: 'KitTooManyRequests' })
})

test('the database stores a result whose fields look like operators', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hooks-'))
  const result = { $date: 'x', $set: { 'a.b': 1 }, $undefined: true }
  const config = {
    contents: `import { defineConfig } from '@miniprogram-cos/server'
      export const config = defineConfig({ env: 'test', bucket: '${BUCKET}', region: '${REGION}', access: {
        'private/{openid}/**': { owner: ['write'], onUpload: () => (${JSON.stringify(result)}) } } })`,
    resolveDir: at('test'),
  }
  const cloud = await startTestCloud({
    functions: [await functionWithConfig('cos-signature', folder, config)],
  })
  try {
    const Key = `private/${ALICE}/a`
    await signedRequests(() => cloud)('PUT', Key, { body: 'hello' })
    const confirm = () =>
      callFunction(cloud, 'cos-signature', { openid: ALICE }, { confirm: { Key } })
    expect(await confirm()).toEqual({ confirm: result })
    expect(await confirm()).toEqual({ confirm: result })
  } finally {
    await cloud.end()
    rmSync(folder, { recursive: true, force: true })
  }
})
