import { COS } from 'miniprogram-cos'
import {
  answering,
  beginUpload,
  calledBack,
  defect,
  endOf,
  outcomeOf,
  startClient,
  useFakeClock,
} from '../support/bothClients'
import { AT, createFakePhone, DENIED, DROP, MIB, type PhoneOptions } from '../support/fakePhone'
import { loadOfficialClient, type Untyped } from '../support/phones'
import { type CannedAnswer, headerOf, isSignatureValid, KEY, setWx } from '../support/recordingWx'

type Client = new (options: object) => Untyped
const official = (wx: unknown) => loadOfficialClient<Client>(wx)
const defaults = () => new (official(createFakePhone().wx))({}).options as Untyped

useFakeClock()

/** Creates both clients with the options, each on its own phone. */
function both(options: object, phoneOptions?: PhoneOptions) {
  const [phone, other] = [createFakePhone(phoneOptions), createFakePhone(phoneOptions)]
  setWx(phone.wx)
  return {
    ours: { ...phone, cos: new COS(options) as Untyped },
    official: { ...other, cos: new (official(other.wx))(options) },
  }
}

/** Defaults that differ from cos-wx-sdk-v5, with the reason. */
const OTHER_DEFAULTS: Record<string, unknown> = {
  // The documented default, and in WeChat 10 requests run at a time.
  ChunkRetryTimes: 3,
  CopyChunkParallelLimit: 10,
  // Set explicitly.
  Protocol: 'https:',
  // No telemetry.
  TrackerDelay: undefined,
}

describe('the options of cos-wx-sdk-v5', () => {
  test('are all accepted, with the same defaults', () => {
    const { EnableReporter: _, ...given } = defaults()
    expect(Object.keys(given).length).toBeGreaterThan(35)
    const asGiven = new COS(given).options as unknown as Untyped
    const withNone = new COS({}).options as unknown as Untyped
    for (const [name, value] of Object.entries(given)) {
      if (!(name in OTHER_DEFAULTS))
        expect([name, asGiven[name]]).toEqual([name, value ?? undefined])
      // Nothing stands for nothing: '', 0 and null are defaults of options that are not set.
      if (value)
        expect([name, withNone[name]]).toEqual([
          name,
          name in OTHER_DEFAULTS ? OTHER_DEFAULTS[name] : value,
        ])
    }
  })

  test('have their default if they are undefined or null', () => {
    const untouched = new COS({}).options
    for (const nothing of [undefined, null]) {
      const given = Object.fromEntries(Object.keys(defaults()).map((name) => [name, nothing]))
      expect(new COS(given).options).toEqual(untouched)
    }
  })
})

test.each<[string, unknown, string]>([
  ['Domain', () => '', 'must be a string, got function'],
  ['Bucket', 1, 'must be a string, got number'],
  ['SecretKey', ['a secret'], 'must be a string, got object'],
  ['SecretKey', 'a secret', 'contains white space'],
  ['getAuthorization', 'https://example.com', 'must be a function, got string'],
  ['getSTS', {}, 'must be a function, got object'],
  ['CopySourceParser', /a/, 'must be a function, got object'],
  ['AutoSwitchHost', 'yes', 'must be a boolean, got string'],
  ['MaxPartNumber', Number.NaN, 'must be a number, got NaN'],
  ['SimpleUploadMethod', 'post', 'must match /^(postObject|putObject)$/'],
  ['Protocol', 'ftp:', 'must match /^https?:?$|^$/'],
  ['StartTime', 1_800_000_000_000, 'must match /^(0|\\d{10})$/'],
  ['ExpiredTime', 'tomorrow', 'must match /^(0|\\d{10})$/'],
])('%s: %p is refused', (name, value, problem) => {
  let refusal: Untyped = {}
  try {
    new COS({ [name]: value } as never)
  } catch (error) {
    refusal = error as Untyped
  }
  expect(refusal).toMatchObject({
    kind: 'argument',
    code: 'KitInvalidOption',
    message: `option ${name} ${problem}`,
  })
})

test('telemetry options have no effect: only the request is sent', async () => {
  const reporter = jest.fn()
  const { ours } = both({
    ...KEY,
    ClsReporter: reporter,
    BeaconReporter: reporter,
    TrackerDelay: 0,
  })
  await outcomeOf(ours.cos.headObject({ ...AT, Key: 'k' }))
  expect(ours.requests.length).toBe(1)
  expect(reporter).not.toHaveBeenCalled()
})

describe('AutoSwitchHost', () => {
  const FIRST = 'test-1250000000.cos.ap-guangzhou.myqcloud.com'
  const SECOND = 'test-1250000000.cos.ap-guangzhou.tencentcos.cn'
  const hosts = ({ requests }: { requests: Untyped[] }) =>
    requests.map(({ url }) => new URL(url).host)
  const failing = (answer: CannedAnswer): PhoneOptions => ({
    files: { f: new Uint8Array(3) },
    answer: () => answer,
  })
  const get = async (cos: Untyped) => void (await outcomeOf(cos.getObject({ ...AT, Key: 'k' })))

  test.each<[string, CannedAnswer]>([
    ['nobody answers', DROP],
    ['a server other than COS answers', { statusCode: 403, data: 'blocked' }],
  ])(
    'tries both domains in turn when %s, as cos-wx-sdk-v5 does, each signed',
    async (_, answer) => {
      const { ours, official } = both({ ...KEY, AutoSwitchHost: true }, failing(answer))
      await get(ours.cos)
      await get(official.cos)
      expect(hosts(ours)).toEqual([FIRST, SECOND, FIRST, SECOND])
      expect(hosts(official)).toEqual(hosts(ours))
      expect(ours.requests.map((one) => isSignatureValid(one))).toEqual(Array(4).fill(true))
    },
  )

  test('switches to the second domain if the first cannot be reached, for form uploads too', async () => {
    const answer: PhoneOptions['answer'] = (_, __, { url }) =>
      new URL(String(url)).host === FIRST ? DROP : undefined
    const phone = { files: { f: new Uint8Array(3) }, answer }
    const { ours } = both({ ...KEY, AutoSwitchHost: true }, phone)
    const form = await outcomeOf(ours.cos.postObject({ ...AT, Key: 'k', FilePath: 'f' }))
    expect(form).toMatchObject({ value: { Location: `${FIRST}/k` } })
    expect(hosts(ours)).toEqual([FIRST, SECOND])
    expect(ours.requests.map((one) => isSignatureValid(one))).toEqual([true, true])
  })

  test.each<[string, object, object, CannedAnswer]>([
    ['without the option', {}, {}, DROP],
    [
      'when COS itself refuses',
      {},
      { AutoSwitchHost: true },
      { ...DENIED, header: { 'x-cos-request-id': 'r' } },
    ],
    ['when COS itself fails', {}, { AutoSwitchHost: true }, { statusCode: 500 }],
    ['with a custom domain', {}, { AutoSwitchHost: true, Domain: 'cdn.example.com' }, DROP],
    ['with the acceleration domain', {}, { AutoSwitchHost: true, UseAccelerate: true }, DROP],
    [
      'with a signature for one host',
      { getAuthorization: (_: unknown, back: (answer: string) => void) => back(SIGNATURE) },
      { AutoSwitchHost: true },
      DROP,
    ],
  ])('switches nothing %s', async (_, credentials, options, answer) => {
    const { ours, official } = both(
      { ...('getAuthorization' in credentials ? credentials : KEY), ...options },
      failing(answer),
    )
    await get(ours.cos)
    await get(official.cos)
    expect(new Set(hosts(ours)).size).toBe(1)
    expect(new Set(hosts(official))).toEqual(new Set(hosts(ours)))
  })

  test('does not repeat a request that is not idempotent', async () => {
    const { ours } = both({ ...KEY, AutoSwitchHost: true }, failing(DROP))
    await outcomeOf(ours.cos.appendObject({ ...AT, Key: 'k', Position: 0, Body: 'x' }))
    expect(ours.requests.length).toBe(1)
  })
})

const SIGNATURE =
  'q-sign-algorithm=sha1&q-ak=a&q-sign-time=1;2&q-key-time=1;2&q-header-list=&q-url-param-list=&q-signature=s'

describe('MaxPartNumber', () => {
  const head = { statusCode: 200, header: { 'content-length': String(3000 * MIB), etag: '"e"' } }
  const phone: PhoneOptions = {
    answer: (step) => (step === 'head' ? head : step.startsWith('part') ? DENIED : undefined),
  }

  test.each([
    [undefined, 1],
    [10_001, 1],
    [2999, 2],
    [1500, 2],
    [1499, 4],
    [1, 4],
  ])('%p makes parts of %d MiB of 3000, as with cos-wx-sdk-v5', async (MaxPartNumber, size) => {
    const options = { ...KEY, CopyChunkSize: MIB, CopyChunkParallelLimit: 1, MaxPartNumber }
    const { ours, official } = both(
      Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
      phone,
    )
    const CopySource = `${AT.Bucket}.cos.${AT.Region}.myqcloud.com/a`
    const ranges: unknown[] = []
    for (const { cos, requests } of [ours, official]) {
      await outcomeOf(cos.sliceCopyFile({ ...AT, Key: 'k', CopySource }))
      const part = requests.find(({ url }) => String(url).includes('partNumber=1'))
      ranges.push(headerOf(part, 'x-cos-copy-source-range'))
    }
    expect(ranges).toEqual(Array(2).fill(`bytes=0-${size * MIB - 1}`))
  })
})

describe('ObjectKeySimplifyCheck', () => {
  const urlsOf = async (options: object, Key: string) => {
    const { ours, official } = both({ ...KEY, ...options })
    await outcomeOf(ours.cos.getObject({ ...AT, Key }))
    await outcomeOf(official.cos.getObject({ ...AT, Key }))
    return [ours, official].map(({ requests }) => requests.map(({ url }) => url))
  }

  test('refuses to read a key that resolves to the bucket', async () => {
    expect(await urlsOf({}, 'a/..')).toEqual([[], []])
    expect(await urlsOf({ ObjectKeySimplifyCheck: true }, 'a/..')).toEqual([[], []])
  })

  test('sends such a key unchanged if it is false', async () => {
    const url = `https://${AT.Bucket}.cos.${AT.Region}.myqcloud.com/a/..`
    expect(await urlsOf({ ObjectKeySimplifyCheck: false }, 'a/..')).toEqual([[url], [url]])
  })

  test('affects reads only: a write that would reach another key is refused anyway', async () => {
    const { ours } = both({ ...KEY, ObjectKeySimplifyCheck: false })
    const end = await outcomeOf(ours.cos.putObject({ ...AT, Key: 'a/../b', Body: 'x' }))
    expect(end).toMatchObject({ error: { code: 'KitInvalidKey' } })
    expect(ours.requests).toEqual([])
  })
})

const always =
  (wanted: string, canned: CannedAnswer): NonNullable<PhoneOptions['answer']> =>
  (step) =>
    step === wanted ? canned : undefined

defect(
  3,
  'signs every attempt for its host, with AutoSwitchHost too',
  async (launch) => {
    const { cos, requests } = startClient(
      launch,
      { answer: always('get', DROP) },
      { AutoSwitchHost: true },
    )
    await endOf(cos.getObject({ ...AT, Key: 'k' }))
    return requests.map((one) => isSignatureValid(one))
  },
  { right: Array(4).fill(true), wrong: [true, true, false, true] },
)

defect(
  17,
  'Protocol applies as an option and for a single URL',
  async (launch) => {
    const { cos, requests } = startClient(launch, answering(), { Protocol: 'http:' })
    await endOf(cos.headObject({ ...AT, Key: 'k' }))
    const { cos: other } = startClient(launch, answering())
    const params = { ...AT, Key: 'k', Protocol: 'http:' }
    const called = calledBack((callback) => other.getObjectUrl(params, callback))
    await endOf(called)
    const Url = ((await called).data as Untyped)?.Url
    return [requests[0]?.url, Url].map((url) => String(url).split(':')[0])
  },
  { right: ['http', 'http'], wrong: ['https', 'https'] },
)

defect(
  27,
  'an option that is undefined has its default',
  async (launch) => {
    const files: Record<string, Uint8Array> = {}
    for (let i = 0; i < 10; i++) files[`f${i}`] = new Uint8Array(10)
    const many = startClient(launch, { files, delay: 50 }, { FileParallelLimit: undefined })
    for (const name of Object.keys(files)) {
      beginUpload(many, 'uploadFile', { ...AT, Key: name, FilePath: name })
    }
    await jest.advanceTimersByTimeAsync(20)
    const atOnce = many.requests.length
    await jest.advanceTimersByTimeAsync(1000)
    const one = startClient(launch, {}, { ChunkSize: undefined })
    const end = await endOf(beginUpload(one).done)
    return { atOnce, parts: one.steps.filter((step) => step.startsWith('part')).length, end }
  },
  {
    right: { atOnce: 3, parts: 4, end: 'resolves' },
    wrong: { atOnce: 10, parts: 0, end: 'resolves' },
  },
)
