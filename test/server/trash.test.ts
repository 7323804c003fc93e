import { readRules } from '@miniprogram-cos/server'
import { SignedBucketAccess } from '../../packages/server/src/services/bucketAccess'
import { memoryRecords, memoryStores } from '../../packages/server/src/services/records'
import { Trash } from '../../packages/server/src/services/trash'
import { objectsOf, signedRequests } from '../support/cosRequests'
import { type FunctionAnswer, sendWithKey } from '../support/functionCalls'
import { environmentOf, functionsInProcess } from '../support/functionsInProcess'
import { ALICE, BOB, BUCKET, HOST, REGION } from '../support/testCloud'
import { trashEvents, trashRequests, VICTIMS_KEY } from './attacks/trash'

/** Both functions with a trash, in one process with the local COS. */
const confirmed: string[] = []
const functions = functionsInProcess(
  {
    'private/{openid}/**': {
      owner: ['read', 'write', 'delete', 'list'],
      trash: '30 days',
      groups: { reviewers: ['read', 'delete'] },
      onUpload: ({ key, size }) => {
        confirmed.push(`${key} ${size}`)
      },
    },
    'open/{openid}/**': { owner: ['read', 'write'], everyone: ['delete'], trash: '7 days' },
    'kept/{openid}/**': { owner: ['read', 'write', 'delete'] },
    'album/{openid}/**': {
      owner: ['read', 'write', 'delete'],
      trash: '30 days',
      quota: '1 KB',
      maxFiles: 3,
    },
    'once/{openid}/**': {
      owner: ['read', 'write', 'delete'],
      trash: '30 days',
      overwrite: false,
    },
  },
  { reviewers: ['oReviewer0123456789-_abcdefg'] },
  { records: memoryStores() },
)
const REVIEWER = 'oReviewer0123456789-_abcdefg'
const signed = signedRequests(() => functions.cloud)
const { put, contentOf, keysBelow } = objectsOf(signed)

type Event = Record<string, unknown>
const modes = [
  ['cos-credentials', (event: Event, openid = ALICE) => functions.credentials(openid, event)],
  ['cos-signature', (event: Event, openid = ALICE) => functions.signature(openid, event)],
] as const
const trash = (event: Event, openid = ALICE) => functions.credentials(openid, { trash: event })

describe.each(modes)('by %s', (name, call) => {
  const folder = `private/${ALICE}/${name}/`

  test('the answer names the paths where the client deletes by the function', async () => {
    expect((await call({})).trashes).toEqual([
      `private/${ALICE}/`,
      'open/*/',
      `album/${ALICE}/`,
      `once/${ALICE}/`,
    ])
  })

  test('an object goes into the trash and comes back with its content, type and metadata', async () => {
    const Key = `${folder}a b+中.txt`
    const headers = { 'Content-Type': 'text/x-mine', 'x-cos-meta-title': 'one' }
    await put(Key, 'content', headers)
    const { trash: [entry] = [] } = await call({ trash: { action: 'delete', Key } })
    expect(entry).toMatchObject({ Key, Size: 7, TrashId: expect.stringMatching(/-owner$/) })
    const days = (Date.parse(entry?.Expires ?? '') - Date.parse(entry?.Deleted ?? '')) / 86_400_000
    expect(days).toBe(30)
    expect(await contentOf(Key)).toBe(404)
    expect(await contentOf(`.trash/${Key}/${entry?.TrashId}`)).toBe('content')
    const list = await call({ trash: { action: 'list', Prefix: folder } })
    expect(list).toEqual({ trash: [entry] })
    expect(await call({ trash: { action: 'restore', Key } })).toEqual({ trash: [entry] })
    const restored = await signed('GET', Key)
    expect(restored).toMatchObject({
      body: 'content',
      headers: { 'content-type': 'text/x-mine', 'x-cos-meta-title': 'one' },
    })
    expect(await keysBelow(`.trash/${folder}`)).toEqual([])
  })

  test('deleting a missing object is no error', async () => {
    expect(await call({ trash: { action: 'delete', Key: `${folder}none` } })).toEqual({ trash: [] })
  })

  test('two deletions of one key are two objects, and each can be restored', async () => {
    const Key = `${folder}twice`
    const ids: (string | undefined)[] = []
    for (const content of ['first', 'second']) {
      await put(Key, content)
      ids.push((await call({ trash: { action: 'delete', Key } })).trash?.[0]?.TrashId)
    }
    await call({ trash: { action: 'restore', Key, TrashId: ids[0] } })
    expect(await contentOf(Key)).toBe('first')
  })

  test('an existing object is restored over only with Overwrite, and goes into the trash', async () => {
    const Key = `${folder}conflict`
    await put(Key, 'old')
    await call({ trash: { action: 'delete', Key } })
    await put(Key, 'new')
    const refused = await call({ trash: { action: 'restore', Key } })
    expect(refused.error).toMatchObject({ code: 'KitTrashConflict', rule: 'private/{openid}/**' })
    expect(await contentOf(Key)).toBe('new')
    await call({ trash: { action: 'restore', Key, Overwrite: true } })
    expect(await contentOf(Key)).toBe('old')
    await call({ trash: { action: 'restore', Key, Overwrite: true } })
    expect(await contentOf(Key)).toBe('new')
  })

  test('erase deletes permanently', async () => {
    const Key = `${folder}erased`
    await put(Key, 'x')
    const { trash: [entry] = [] } = await call({ trash: { action: 'delete', Key } })
    await call({ trash: { action: 'erase', Key, TrashId: entry?.TrashId } })
    expect(await keysBelow(`.trash/${Key}`)).toEqual([])
    const { error } = await call({ trash: { action: 'restore', Key } })
    expect(error?.code).toBe('KitTrashRefused')
  })
})

test('an owner neither sees nor restores objects that a reviewer deleted', async () => {
  const Key = `private/${ALICE}/reviewed`
  await put(Key, 'bad')
  const { trash: [entry] = [] } = await trash({ action: 'delete', Key }, REVIEWER)
  expect(entry?.TrashId).toMatch(/-other$/)
  const list = await trash({ action: 'list' })
  expect(list.trash?.map((one) => one.Key)).not.toContain(Key)
  for (const TrashId of [undefined, entry?.TrashId]) {
    const answer = await trash({ action: 'restore', Key, TrashId })
    expect(answer.error?.code).toBe('KitTrashRefused')
  }
  const erased = await trash({ action: 'erase', Key, TrashId: entry?.TrashId })
  expect(erased.error?.code).toBe('KitTrashRefused')
})

test('concurrent deletions leave one object in the trash', async () => {
  const Key = `private/${ALICE}/together`
  await put(Key, 'x')
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => trash({ action: 'delete', Key })),
  )
  expect(answers.filter((one) => one.trash?.length === 1)).toHaveLength(1)
  expect(answers.filter((one) => one.error)).toEqual([])
  expect(await keysBelow(`.trash/${Key}/`)).toHaveLength(1)
})

test('an object that is larger than one part is copied in parts, with all its headers', async () => {
  const bucket = new SignedBucketAccess(
    { bucket: BUCKET, region: REGION },
    environmentOf(functions.cloud),
    1024 * 1024,
  )
  const body = 'x'.repeat(2.5 * 1024 * 1024)
  const Key = `private/${ALICE}/large`
  await put(Key, body, { 'Content-Type': 'video/mp4', 'x-cos-meta-a': 'b' })
  const source = await bucket.source(Key)
  if (!source) throw new Error('not uploaded')
  expect(await bucket.copy({ ...source, etag: '"other"' }, '.trash/x')).toBe('changed')
  expect(await bucket.copy(source, '.trash/x')).toBe('copied')
  expect(await bucket.copy(source, '.trash/x')).toBe('exists')
  expect(await bucket.head('.trash/x')).toMatchObject({
    size: body.length,
    type: 'video/mp4',
    metadata: { a: 'b' },
  })
  const { body: uploads } = await signed('GET', '', { query: { uploads: '' } })
  expect(uploads).not.toContain('<UploadId>')
})

test('an object is read once before it is copied, and once before it is deleted', async () => {
  const requests: string[] = []
  class ObservedBucket extends SignedBucketAccess {
    override send(...[request, expected]: Parameters<SignedBucketAccess['send']>) {
      requests.push(`${request.method} ${request.key}`)
      return super.send(request, expected)
    }
  }
  const location = { bucket: BUCKET, region: REGION }
  const bucket = new ObservedBucket(location, environmentOf(functions.cloud))
  const [rule] = readRules({ 'private/{openid}/**': { owner: ['delete'], trash: '30 days' } })
  if (!rule) throw new Error('no rule')
  const key = `private/${ALICE}/observed`
  await put(key, 'x')
  const mover = new Trash(bucket, memoryRecords())
  const { trash: [entry] = [] } = await mover.delete({ rule, key, seesAll: false }, 'owner')
  const copy = `.trash/${key}/${entry?.TrashId}`
  expect(requests).toEqual([
    `HEAD ${key}`,
    `PUT ${copy}`,
    `HEAD ${copy}`,
    `HEAD ${key}`,
    `DELETE ${key}`,
  ])
})

test('a key that is too long for the trash is refused by name', async () => {
  const Key = `private/${ALICE}/${'x'.repeat(780)}`
  const { error } = await trash({ action: 'delete', Key })
  expect(error).toMatchObject({ code: 'KitTrashRefused', message: expect.stringContaining('811') })
})

test('objects in the trash count towards the quota until they are erased', async () => {
  const Key = `album/${ALICE}/a`
  const event = (name: string, size: number) => ({
    Method: 'PUT',
    Key: `album/${ALICE}/${name}`,
    Headers: { 'content-length': String(size) },
  })
  await put(Key, 'x'.repeat(800))
  const { trash: [entry] = [] } = await trash({ action: 'delete', Key })
  expect(await functions.signature(ALICE, { usage: {} })).toMatchObject({ used: 800, files: 1 })
  const refused = await functions.signature(ALICE, event('b', 800))
  expect(refused.error).toMatchObject({ code: 'KitQuotaExceeded', usage: { used: 800 } })
  await trash({ action: 'erase', Key, TrashId: entry?.TrashId })
  expect((await functions.signature(ALICE, event('b', 800))).authorization).toBeDefined()
})

test('a restored object is confirmed as an upload is', async () => {
  const Key = `private/${ALICE}/confirmed`
  await put(Key, 'four')
  const confirm = () => functions.credentials(ALICE, { confirm: { Key } })
  await confirm()
  await trash({ action: 'delete', Key })
  expect((await confirm()).error?.code).toBe('KitConfirmRefused')
  await trash({ action: 'restore', Key })
  await confirm()
  expect(confirmed.filter((one) => one === `${Key} 4`).length).toBeGreaterThanOrEqual(1)
})

describe('attacks', () => {
  let theirs: FunctionAnswer
  beforeAll(async () => {
    for (const key of [VICTIMS_KEY, `open/${ALICE}/photo`]) {
      await put(key, 'secret')
      await trash({ action: 'delete', Key: key })
      await put(key, 'secret')
    }
    await put(`private/${BOB}/mine`, 'mine')
    await put(`kept/${BOB}/a`, 'kept')
    theirs = await functions.credentials(BOB)
  })
  const state = () => keysBelow('')

  test.each(trashEvents)('event: %s', async (_, event, code) => {
    const before = await state()
    for (const ask of [functions.credentials, functions.signature]) {
      expect((await ask(BOB, { trash: event })).error?.code).toBe(code)
    }
    expect(await state()).toEqual(before)
  })

  test.each(trashRequests)('request: $name', async ({ method, key, action, query, headers }) => {
    const scope = [{ action: `name/cos:${action}`, prefix: key }]
    const byScope = await functions.credentials(BOB, { scope })
    expect(byScope.error?.code).toBe('KitScopeRefused')
    const Headers = { Host: HOST, ...headers }
    const event = { Method: method, Key: key, Query: query, Headers }
    expect((await functions.signature(BOB, event)).error?.code).toBe('KitRequestRefused')
    const form = await functions.signature(BOB, { form: { Key: key } })
    if (key.startsWith('.trash/')) expect(form.error?.code).toBe('KitRequestRefused')
    const before = await state()
    const body = method === 'GET' || method === 'HEAD' ? {} : { body: 'forged' }
    const request = { method, key, ...(query ? { query } : {}), headers: Headers, ...body }
    expect((await sendWithKey(functions.cloud, theirs, request)).status).toBe(403)
    expect(await state()).toEqual(before)
  })

  test.each([VICTIMS_KEY, `private/${BOB}/mine`])('copy out of the trash: %s', async (key) => {
    const [entry = ''] = await keysBelow(`.trash/${VICTIMS_KEY}/`)
    const source = entry.replace(VICTIMS_KEY, key)
    const Headers = { Host: HOST, 'x-cos-copy-source': `${HOST}/${source}` }
    const Key = `private/${BOB}/stolen`
    for (const Query of [{}, { partNumber: '1', uploadId: 'u' }]) {
      const answer = await functions.signature(BOB, { Method: 'PUT', Key, Query, Headers })
      expect(answer.error?.code).toBe('KitRequestRefused')
    }
    const request = { method: 'PUT', key: Key, headers: Headers }
    expect((await sendWithKey(functions.cloud, theirs, request)).status).toBe(403)
    expect(await contentOf(Key)).toBe(404)
  })

  test('a key for the own folder cannot list the trash, nor delete among others', async () => {
    const query = { prefix: `.trash/private/${BOB}/` }
    const list = await sendWithKey(functions.cloud, theirs, { query })
    expect(list.status).toBe(403)
    const paths = await functions.credentials(BOB, {
      paths: ['private/{openid}/'],
      verbs: ['delete'],
    })
    expect(paths.error).toMatchObject({
      code: 'KitPathRefused',
      message: expect.stringContaining('trash'),
    })
  })
})

test('with overwrite: false, an upload at the moment of the deletion is refused or kept', async () => {
  const Key = `once/${ALICE}/a`
  await put(Key, 'first')
  const upload = () => put(Key, 'second', { 'x-cos-forbid-overwrite': 'true' })
  const [, ...uploads] = await Promise.all([
    trash({ action: 'delete', Key }),
    ...Array.from({ length: 5 }, upload),
  ])
  const wasUploaded = uploads.some(({ status }) => status === 200)
  expect(await contentOf(Key)).toBe(wasUploaded ? 'second' : 404)
  const [entry] = await keysBelow(`.trash/${Key}/`)
  expect(await contentOf(entry ?? '')).toBe('first')
})

// Last: the attacks list everything before and after each of them.
test('a list has pages', async () => {
  const folder = `private/${BOB}/many/`
  // As many as would be in two pages.
  await Promise.all(
    Array.from({ length: 501 }, (_, i) =>
      put(`.trash/${folder}${String(i).padStart(3, '0')}/20260101T000000Z-0000abcd-owner`, ''),
    ),
  )
  const first = await trash({ action: 'list', Prefix: folder }, BOB)
  expect(first.trash).toHaveLength(500)
  const rest = await trash({ action: 'list', Prefix: folder, Marker: first.NextMarker }, BOB)
  expect(rest.trash?.map(({ Key }) => Key)).toEqual([`${folder}500`])
  expect(rest.NextMarker).toBeUndefined()
})
