import { COS, isCosError } from 'miniprogram-cos'
import { type CannedAnswer, createRecordingWx } from '../support/recordingWx'

const AT = { Bucket: 'test-1250000000', Region: 'ap-guangzhou' }
const KEY = { SecretId: 'id', SecretKey: 'key' }

afterEach(() => {
  delete (globalThis as { wx?: unknown }).wx
  jest.useRealTimers()
})

function install(answers: CannedAnswer[]) {
  const recorded = createRecordingWx(
    (_, index) => answers[Math.min(index, answers.length - 1)] as CannedAnswer,
  )
  ;(globalThis as { wx?: unknown }).wx = recorded.wx
  return recorded.requests
}

/** Runs a call to its end, the pauses between tries skipped. */
async function settle<T>(run: () => Promise<T>): Promise<unknown> {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] })
  const outcome = run().catch((error: unknown) => error)
  for (let i = 0; i < 5; i++) await jest.advanceTimersByTimeAsync(3000)
  return outcome
}

const OK = { statusCode: 200, header: { ETag: '"e"' } }
const DROP = { statusCode: 0, errMsg: 'request:fail errcode:-100' }

test('repeats after a dropped connection and a 5xx, with pauses, and marks the repetition', async () => {
  const requests = install([DROP, { statusCode: 503 }, OK])
  expect(await settle(() => new COS(KEY).getObject({ ...AT, Key: 'a' }))).toMatchObject({
    ETag: '"e"',
  })
  expect(
    requests.map(({ header }) => (header as object as Record<string, string>)['x-cos-sdk-retry']),
  ).toEqual([undefined, 'true', 'true'])
})

test('gives up after four tries with the last error', async () => {
  const requests = install([DROP])
  expect(await settle(() => new COS(KEY).getObject({ ...AT, Key: 'a' }))).toMatchObject({
    kind: 'network',
    code: 'KitNetwork',
    error: 'request:fail errcode:-100',
  })
  expect(requests.length).toBe(4)
})

test.each<[string, CannedAnswer]>([
  [
    'a domain that is not allowed',
    { statusCode: 0, errMsg: 'request:fail url not in domain list:x' },
  ],
  ['a 403', { statusCode: 403, data: '<Error><Code>AccessDenied</Code></Error>' }],
  ['a 404', { statusCode: 404, data: '<Error><Code>NoSuchKey</Code></Error>' }],
])('does not repeat %s', async (_, answer) => {
  const requests = install([answer])
  await settle(() => new COS(KEY).getObject({ ...AT, Key: 'a' }))
  expect(requests.length).toBe(1)
})

test('does not begin an upload twice when the first answer was lost', async () => {
  const requests = install([DROP])
  await settle(() => new COS(KEY).multipartInit({ ...AT, Key: 'a' }))
  expect(requests.length).toBe(1)
})

test.each<[string, object, string]>([
  ['no Bucket', { Region: 'ap-guangzhou', Key: 'a' }, 'missing param Bucket'],
  ['no Region', { Bucket: 'test-1250000000', Key: 'a' }, 'missing param Region'],
  ['no Key', AT, 'missing param Key'],
  ['a bucket without APPID', { ...AT, Bucket: 'test', Key: 'a' }, 'Bucket should format as'],
  ['a region with cos.', { ...AT, Region: 'cos.ap-guangzhou', Key: 'a' }, 'leave out "cos."'],
  ['half a character in the key', { ...AT, Key: 'a\ud800' }, 'lone surrogate'],
])('rejects a call with %s before anything is sent', async (_, params, message) => {
  const requests = install([OK])
  const error = await new COS(KEY).headObject(params as never).catch((refusal: unknown) => refusal)
  expect(isCosError(error) && error.kind).toBe('argument')
  expect((error as Error).message).toContain(message)
  expect(requests.length).toBe(0)
})

test('passes error and result to a callback, and returns nothing then', async () => {
  install([OK])
  const result = await new Promise((resolve, reject) => {
    const returned = new COS(KEY).headObject({ ...AT, Key: 'a' }, (error, data) =>
      error ? reject(error) : resolve(data),
    )
    expect(returned).toBeUndefined()
  })
  expect(result).toMatchObject({ statusCode: 200, ETag: '"e"' })
  const error = await new Promise((resolve) => {
    new COS(KEY).headObject(AT as never, (failure) => resolve(failure))
  })
  expect(isCosError(error)).toBe(true)
})

test('a call that is aborted before or while it runs settles with kind abort', async () => {
  install([OK])
  const early = new AbortController()
  early.abort()
  await expect(
    new COS(KEY).headObject({ ...AT, Key: 'a', signal: early.signal }),
  ).rejects.toMatchObject({ kind: 'abort' })
})

test.each<[string, object, string]>([
  ['a text for a number', { ChunkSize: '1' }, 'option ChunkSize must be a number'],
  ['NaN', { SliceSize: Number.NaN }, 'option SliceSize must be a number'],
  ['white space in a key', { SecretId: 'a b' }, 'option SecretId contains white space'],
])('an option with %s is refused by name', (_, options, message) => {
  expect(() => new COS(options as never)).toThrow(message)
})

test('an option that is explicitly undefined means its default', () => {
  const { options } = new COS({ ChunkSize: undefined, SliceSize: undefined } as never)
  expect([options.ChunkSize, options.SliceSize]).toEqual([1024 * 1024, 1024 * 1024])
})

test('path style puts the bucket into the path, and signs it there', async () => {
  const requests = install([OK])
  await new COS({ ...KEY, ForcePathStyle: true }).headObject({ ...AT, Key: 'a b' })
  expect(requests[0]?.url).toBe('https://cos.ap-guangzhou.myqcloud.com/test-1250000000/a%20b')
})
