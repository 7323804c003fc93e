import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLifecycle } from '../../packages/local-cloud/src/cos/bucketRules'
import { Store } from '../../packages/local-cloud/src/cos/store/store'
import { signedRequests } from '../support/cosRequests'
import { startTestCloud, type TestCloud } from '../support/testCloud'

const DAY = 24 * 60 * 60 * 1000
const START = Date.now()

let cloud: TestCloud
let data: string
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'lifecycle-'))
  cloud = await startTestCloud({ data })
})
afterEach(async () => {
  await cloud.end()
  rmSync(data, { recursive: true, force: true })
})

const send = signedRequests(() => cloud)

async function putRules(...rules: string[]): Promise<void> {
  const body = `<LifecycleConfiguration>${rules
    .map((rule, i) => `<Rule><ID>${i}</ID>${rule}</Rule>`)
    .join('')}</LifecycleConfiguration>`
  const { status } = await send('PUT', '', { query: { lifecycle: '' }, body })
  expect(status).toBe(200)
}

const rule = (filter: string, action: string, status = 'Enabled') =>
  `<Status>${status}</Status><Filter>${filter}</Filter>${action}`
const days = (count: number) => `<Expiration><Days>${count}</Days></Expiration>`

/** The keys that are left when the local cloud starts again after some days. */
async function keysAfter(count: number, query: Record<string, string> = {}): Promise<string[]> {
  await cloud.end()
  cloud = await startTestCloud({ data, clock: () => START + count * DAY + 60_000 })
  const seconds = Math.floor((START + count * DAY) / 1000)
  const keyTime = `${seconds - 60};${seconds + 600}`
  const { body } = await send('GET', '', { query, keyTime })
  return [...body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key)
}

test('removes the objects of a prefix after their days, and no others', async () => {
  for (const key of ['.trash/private/a', '.trash/private/b/c', '.trash/shared/a', 'private/a']) {
    await send('PUT', key, { body: 'x' })
  }
  await putRules(
    rule('<Prefix>.trash/private/</Prefix>', days(30)),
    rule('<Prefix>.trash/shared/</Prefix>', days(60)),
  )
  expect(await keysAfter(29)).toHaveLength(4)
  expect(await keysAfter(30)).toEqual(['.trash/shared/a', 'private/a'])
  expect(await keysAfter(60)).toEqual(['private/a'])
})

test('a rule without a prefix is for all objects, and the time begins with the last change', async () => {
  await send('PUT', 'a', { body: 'x' })
  await putRules(rule('', days(1)))
  expect(await keysAfter(0)).toEqual(['a'])
  expect(await keysAfter(1)).toEqual([])
})

test.each([
  ['disabled rules', rule('', days(1), 'Disabled')],
  ['other conditions', rule('<Tag><Key>k</Key><Value>v</Value></Tag>', days(1))],
  ['combined conditions', rule('<And><Prefix>a</Prefix></And>', days(1))],
  ['dates', rule('', '<Expiration><Date>2020-01-01T00:00:00+08:00</Date></Expiration>')],
  [
    'transitions',
    rule('', '<Transition><Days>1</Days><StorageClass>ARCHIVE</StorageClass></Transition>'),
  ],
])('removes nothing by %s', async (_, document) => {
  await send('PUT', 'a', { body: 'x' })
  await putRules(document)
  expect(await keysAfter(3000)).toEqual(['a'])
})

test('in a bucket with versions an object is only hidden', async () => {
  const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
  await send('PUT', '', { query: { versioning: '' }, body })
  await send('PUT', 'a', { body: 'x' })
  await putRules(rule('<Prefix>a</Prefix>', days(1)))
  expect(await keysAfter(1)).toEqual([])
  expect(await keysAfter(1, { versions: '' })).toEqual(['a', 'a'])
})

test('applies rules once an hour until it is stopped', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] })
  const store = await Store.open()
  try {
    const bucket = { name: 'media-1250000000', region: 'ap-guangzhou', created: '' }
    const lifecycle = `<LifecycleConfiguration><Rule>${rule('', days(1))}</Rule></LifecycleConfiguration>`
    await store.buckets.put({ ...bucket, documents: { lifecycle } })
    let now = START
    const stop = await startLifecycle(store, () => now)
    const put = () =>
      store.objects.put(bucket, {
        key: 'a',
        size: 0,
        etag: '',
        crc64: '0',
        lastModified: new Date(START).toISOString(),
        headers: {},
        storageClass: 'STANDARD',
        blobs: [],
      })
    await put()
    now += DAY
    await jest.advanceTimersByTimeAsync(59 * 60_000)
    expect(store.objects.get(bucket.name, 'a')).toBeDefined()
    jest.advanceTimersByTime(60_000)
    await stop()
    expect(store.objects.get(bucket.name, 'a')).toBeUndefined()
    await put()
    await jest.advanceTimersByTimeAsync(120 * 60_000)
    expect(store.objects.get(bucket.name, 'a')).toBeDefined()
  } finally {
    jest.useRealTimers()
    await store.close()
  }
})
