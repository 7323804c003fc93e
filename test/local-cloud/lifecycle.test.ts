import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLifecycle } from '../../packages/local-cloud/src/cos/lifecycle'
import { Store } from '../../packages/local-cloud/src/cos/store/store'
import { errorOf, signedRequests } from '../support/cosRequests'
import { HOST, startTestCloud, type TestCloud, temporaryKey } from '../support/testCloud'

describe('archived objects', () => {
  /** Near the present, so that the STS accepts what the official SDK signs with its own clock. */
  const START = Math.floor(Date.now() / 1000) * 1000
  const MINUTE = 60_000
  const HOUR = 60 * MINUTE
  const DAY = 24 * HOUR

  let cloud: TestCloud
  let now: number
  beforeEach(async () => {
    now = START
    cloud = await startTestCloud({ clock: () => now })
  })
  afterEach(() => cloud.end())

  const keyTime = () => `${Math.floor(now / 1000) - 60};${Math.floor(now / 1000) + 600}`
  const send = signedRequests(() => cloud)
  const signed: typeof send = (method, key, request = {}) =>
    send(method, key, { keyTime: keyTime(), ...request })
  const archive = (key: string, storageClass = 'ARCHIVE') =>
    signed('PUT', key, { body: 'cold', headers: { 'x-cos-storage-class': storageClass } })
  const request = (tier: string, days = '1') =>
    `<RestoreRequest><Days>${days}</Days><CASJobParameters><Tier>${tier}</Tier></CASJobParameters></RestoreRequest>`
  const restore = (key: string, tier = 'Expedited', days = '1', query = {}) =>
    signed('POST', key, { query: { restore: '', ...query }, body: request(tier, days) })
  const codeOf = async (response: ReturnType<typeof signed>) => {
    const { status, ...rest } = await response
    return [status, errorOf({ status, ...rest }).code]
  }

  /** The first midnight in Beijing, 16:00 GMT, from a time on. */
  function expiryDate(from: number): string {
    const date = new Date(from)
    if (from > date.setUTCHours(16, 0, 0, 0)) date.setUTCDate(date.getUTCDate() + 1)
    return date.toUTCString()
  }

  test('an archived object is read only while a restored copy exists', async () => {
    await archive('k')
    expect(await codeOf(signed('GET', 'k'))).toEqual([403, 'InvalidObjectState'])
    const before = await signed('HEAD', 'k')
    expect(before.headers).toMatchObject({ 'x-cos-storage-class': 'ARCHIVE' })
    expect(before.headers['x-cos-restore']).toBeUndefined()

    const answer = await restore('k')
    expect([answer.status, answer.body]).toEqual([202, ''])
    expect((await signed('HEAD', 'k')).headers).toMatchObject({
      'x-cos-restore': 'ongoing-request="true"',
      'x-cos-restore-status': `tier="expedited"; request-date="${new Date(START).toUTCString()}"`,
      'x-cos-storage-class': 'ARCHIVE',
    })
    expect(await codeOf(signed('GET', 'k'))).toEqual([403, 'InvalidObjectState'])
    expect(await codeOf(restore('k'))).toEqual([409, 'RestoreAlreadyInProgress'])

    now += MINUTE
    const read = await signed('GET', 'k')
    expect([read.status, read.body]).toEqual([200, 'cold'])
    // The copy is kept for the days asked for, and until midnight in Beijing.
    expect(read.headers['x-cos-restore']).toBe(
      `ongoing-request="false", expiry-date="${expiryDate(now + DAY)}"`,
    )
    expect((await signed('HEAD', 'k')).headers['x-cos-restore-status']).toBeUndefined()

    now = Date.parse(expiryDate(now + DAY))
    expect(await codeOf(signed('GET', 'k'))).toEqual([403, 'InvalidObjectState'])
    expect((await signed('HEAD', 'k')).headers['x-cos-restore']).toBeUndefined()
  })

  test.each([
    ['ARCHIVE', 'Expedited', MINUTE],
    ['ARCHIVE', 'Standard', 3 * HOUR],
    ['ARCHIVE', 'Bulk', 5 * HOUR],
    ['DEEP_ARCHIVE', 'Standard', 12 * HOUR],
    ['DEEP_ARCHIVE', 'Bulk', 24 * HOUR],
  ])('%s by %s takes the documented time', async (storageClass, tier, time) => {
    await archive('k', storageClass)
    expect((await restore('k', tier)).status).toBe(202)
    now += time - 1000
    expect((await signed('GET', 'k')).status).toBe(403)
    now += 1000
    expect((await signed('GET', 'k')).status).toBe(200)
  })

  test('restoring a restored object extends its expiry', async () => {
    await archive('k')
    await restore('k')
    now += HOUR
    expect((await restore('k', 'Expedited', '10')).status).toBe(202)
    const { headers } = await signed('GET', 'k')
    expect(headers['x-cos-restore']).toContain(`expiry-date="${expiryDate(now + 10 * DAY)}"`)
    now += 9 * DAY
    expect((await signed('GET', 'k')).status).toBe(200)
  })

  test('a copy requires a restored source, and can change its storage class', async () => {
    await archive('k')
    const copy = () =>
      signed('PUT', 'k', {
        body: '',
        headers: {
          'x-cos-copy-source': `${HOST}/k`,
          'x-cos-storage-class': 'STANDARD',
          'x-cos-metadata-directive': 'Replaced',
        },
      })
    expect(await codeOf(copy())).toEqual([403, 'InvalidObjectState'])
    await restore('k')
    now += MINUTE
    expect((await copy()).status).toBe(200)
    const { headers, body } = await signed('GET', 'k')
    expect([headers['x-cos-storage-class'], headers['x-cos-restore'], body]).toEqual([
      undefined,
      undefined,
      'cold',
    ])
  })

  test('restores one version of an object', async () => {
    const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
    await signed('PUT', '', { query: { versioning: '' }, body })
    const versionId = (await archive('k')).headers['x-cos-version-id'] as string
    await archive('k')
    expect((await restore('k', 'Expedited', '1', { versionId })).status).toBe(202)
    now += MINUTE
    expect((await signed('GET', 'k', { query: { versionId } })).status).toBe(200)
    expect((await signed('GET', 'k')).status).toBe(403)
  })

  test('survives a restart of the local cloud', async () => {
    await archive('k')
    await restore('k')
    const { folder } = cloud
    await cloud.close()
    cloud = { ...(await startTestCloud({ clock: () => now, data: `${folder}/data` })) }
    expect((await signed('HEAD', 'k')).headers['x-cos-restore']).toBe('ongoing-request="true"')
  })

  test('restoreDelayMs shortens a restore', async () => {
    await cloud.end()
    cloud = await startTestCloud({ clock: () => now, restoreDelayMs: 0 })
    await archive('k')
    await restore('k', 'Bulk')
    expect((await signed('GET', 'k')).status).toBe(200)
  })

  describe('is refused', () => {
    test.each<[string, () => Promise<unknown>, unknown[]]>([
      [
        'for an object that is not archived',
        async () => {
          await signed('PUT', 'warm', { body: 'x' })
          return codeOf(restore('warm'))
        },
        [405, 'RestoreNonArchiveObject'],
      ],
      ['for no object', () => codeOf(restore('nothing')), [404, 'NoSuchKey']],
      [
        'for no version',
        async () => {
          await archive('k')
          return codeOf(restore('k', 'Expedited', '1', { versionId: 'x' }))
        },
        [404, 'NoSuchVersion'],
      ],
      [
        'of DEEP_ARCHIVE by Expedited',
        async () => {
          await archive('deep', 'DEEP_ARCHIVE')
          return codeOf(restore('deep', 'Expedited'))
        },
        [400, 'InvalidArgument'],
      ],
      ['by an unknown tier', () => codeOf(restore('k', 'Magic')), [400, 'MalformedXML']],
      ['for 0 days', () => codeOf(restore('k', 'Bulk', '0')), [400, 'MalformedXML']],
      [
        'without a body',
        () => codeOf(signed('POST', 'k', { query: { restore: '' }, body: '' })),
        [400, 'MissingRequestBodyError'],
      ],
      [
        'to a key that may only read',
        async () => {
          await archive('k')
          const key = await temporaryKey(cloud, [{ action: ['GetObject'], path: '*' }])
          return codeOf(
            signed('POST', 'k', {
              query: { restore: '' },
              body: request('Bulk'),
              key: { SecretId: key.tmpSecretId, SecretKey: key.tmpSecretKey },
              headers: { 'x-cos-security-token': key.sessionToken },
            }),
          )
        },
        [403, 'AccessDenied'],
      ],
    ])('%s', async (_, attempt, expected) => {
      expect(await attempt()).toEqual(expected)
    })
  })
})

describe('lifecycle rules', () => {
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

  test('removes only the objects of a prefix, after the days of the rule', async () => {
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

  test('a rule without a prefix applies to all objects, from their last modification', async () => {
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

  test('in a bucket with versions, an expired object gets a delete marker', async () => {
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
})
