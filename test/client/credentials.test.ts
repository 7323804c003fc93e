import { COS, type GetAuthorization, type GetSTS } from 'miniprogram-cos'
import {
  countingProvider,
  defect,
  endOf,
  type Provider,
  startWithOptions,
  temporaryKey,
} from '../support/bothClients'
import { AT } from '../support/fakePhone'
import { createRecordingWx, headerOf, type RecordedRequest, setWx } from '../support/recordingWx'

const seconds = () => Math.floor(Date.now() / 1000)
const keyNamed = (name: string, life = 1800) => ({
  TmpSecretId: name,
  TmpSecretKey: 'secret',
  SecurityToken: `token of ${name}`,
  StartTime: seconds(),
  ExpiredTime: seconds() + life,
})

afterEach(() => {
  setWx()
  jest.useRealTimers()
})

/** Answers by what `refuse` says of each request. */
function install(
  refuse: (request: RecordedRequest, index: number) => string | undefined = () => undefined,
) {
  const recorded = createRecordingWx((request, index) => {
    const code = refuse(request, index)
    return code
      ? {
          statusCode: code === 'ExpiredToken' ? 400 : 403,
          data: `<Error><Code>${code}</Code></Error>`,
        }
      : { statusCode: 200, header: { ETag: '"e"' } }
  })
  setWx(recorded.wx)
  return recorded.requests
}

const tokenOf = (request: RecordedRequest) =>
  (request.header as Record<string, string>)['x-cos-security-token']

test('concurrent and later requests share one getAuthorization call', async () => {
  install()
  const getAuthorization = jest.fn<void, Parameters<GetAuthorization>>((_, callback) => {
    setTimeout(() => callback(keyNamed('a')), 5)
  })
  const cos = new COS({ getAuthorization })
  await Promise.all(Array.from({ length: 20 }, (_, i) => cos.headObject({ ...AT, Key: `${i}` })))
  await cos.headObject({ ...AT, Key: 'later' })
  expect(getAuthorization).toHaveBeenCalledTimes(1)
})

test('a key with less than a minute left is not used again', async () => {
  install()
  const getAuthorization = jest.fn((_, callback) => callback(keyNamed('a', 50)))
  const cos = new COS({ getAuthorization, CorrectClockSkew: false })
  await cos.headObject({ ...AT, Key: 'a' })
  await cos.headObject({ ...AT, Key: 'b' })
  expect(getAuthorization).toHaveBeenCalledTimes(2)
})

test.each(['ExpiredToken', 'InvalidAccessKeyId'])(
  'drops a key that COS refuses with %s, and requests a new one once',
  async (code) => {
    const requests = install((_, index) => (index === 0 ? code : undefined))
    let issued = 0
    const cos = new COS({ getAuthorization: async () => keyNamed(`key ${++issued}`) })
    await cos.getObject({ ...AT, Key: 'a' })
    expect(requests.map(tokenOf)).toEqual(['token of key 1', 'token of key 2'])
  },
)

test('rejects with the error when new keys are refused too', async () => {
  const requests = install(() => 'ExpiredToken')
  const cos = new COS({ getAuthorization: async () => keyNamed('a') })
  await expect(cos.getObject({ ...AT, Key: 'a' })).rejects.toMatchObject({ code: 'ExpiredToken' })
  expect(requests.length).toBe(2)
})

test('AccessDenied does not cause a new key request', async () => {
  install(() => 'AccessDenied')
  const getAuthorization = jest.fn(async () => keyNamed('a'))
  const cos = new COS({ getAuthorization })
  for (const Key of ['a', 'b']) {
    await expect(cos.getObject({ ...AT, Key })).rejects.toMatchObject({ code: 'AccessDenied' })
  }
  expect(getAuthorization).toHaveBeenCalledTimes(1)
})

test('reuses a scoped key only for its scope', async () => {
  const requests = install()
  const getAuthorization = jest.fn(async ({ Scope }: { Scope: { prefix: string }[] }) => ({
    ...keyNamed(Scope.map(({ prefix }) => prefix).join()),
    ScopeLimit: true,
  }))
  const cos = new COS({ getAuthorization: getAuthorization as never })
  await Promise.all(['a', 'b', 'a', 'b', 'a'].map((Key) => cos.headObject({ ...AT, Key })))
  expect(getAuthorization).toHaveBeenCalledTimes(2)
  expect(requests.map(tokenOf).sort()).toEqual([
    'token of a',
    'token of a',
    'token of a',
    'token of b',
    'token of b',
  ])
})

test('does not modify objects that the app passes in', async () => {
  install()
  const answer = keyNamed('a')
  const params = { ...AT, Key: '/a', Body: 'x', Headers: { 'x-cos-meta-a': 'b' } }
  const [answerBefore, paramsBefore] = [structuredClone(answer), structuredClone(params)]
  const cos = new COS({ getAuthorization: async () => answer })
  await cos.putObject(params)
  expect([answer, params]).toEqual([answerBefore, paramsBefore])
})

test('calls a failing provider twice, however many requests wait for it', async () => {
  install()
  const getAuthorization = jest.fn(async () => {
    throw new Error('down')
  })
  const cos = new COS({ getAuthorization })
  const calls = Array.from({ length: 20 }, (_, i) => cos.headObject({ ...AT, Key: `${i}` }))
  const outcomes = await Promise.allSettled(calls)
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
  expect(getAuthorization).toHaveBeenCalledTimes(2)
})

test.each<[string, (options: unknown, callback: (answer: never) => void) => unknown, string]>([
  [
    'throws',
    () => {
      throw new Error('no network')
    },
    'no network',
  ],
  ['rejects', () => Promise.reject(new Error('no network')), 'no network'],
  ['answers nothing', (_, callback) => callback(undefined as never), 'format error'],
  ['answers null', (_, callback) => callback(null as never), 'format error'],
  ['answers nonsense', (_, callback) => callback('nonsense' as never), 'not a COS signature'],
  [
    'leaves a field out',
    (_, callback) => callback({ TmpSecretId: 'a' } as never),
    'missing "TmpSecretKey"',
  ],
])(
  'rejects with a CosError of kind credentials if getAuthorization %s',
  async (_, provider, message) => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] })
    install()
    const cos = new COS({ getAuthorization: provider as never })
    const outcome = cos.headObject({ ...AT, Key: 'a' }).catch((error: unknown) => error)
    for (let i = 0; i < 4; i++) await jest.advanceTimersByTimeAsync(3000)
    expect(await outcome).toMatchObject({
      name: 'CosError',
      kind: 'credentials',
      message: expect.stringContaining(message),
    })
  },
)

describe.each(['getAuthorization', 'getSTS'])('%s', (name) => {
  const providing = (provider: (_: unknown, callback: never) => unknown) =>
    new COS({ [name]: provider })

  test.each<[string, (options: unknown, callback: AnyCallback) => unknown]>([
    ['alone to its callback, as in cos-wx-sdk-v5', (_, callback) => callback(keyNamed('a'))],
    ['after a null', (_, callback) => callback(null, keyNamed('a'))],
    [
      'after undefined, and later',
      (_, callback) => void setTimeout(callback, 1, undefined, keyNamed('a')),
    ],
    ['by a promise', async () => keyNamed('a')],
    ['by its callback, from an async function', async (_, callback) => callback(keyNamed('a'))],
  ])('may give its answer %s', async (_, provider) => {
    const requests = install()
    await providing(provider).headObject({ ...AT, Key: 'a' })
    expect(tokenOf(requests[0] as RecordedRequest)).toBe('token of a')
  })

  test.each<[string, (options: unknown, callback: AnyCallback) => unknown]>([
    ['an Error', (_, callback) => callback(new TypeError('no network'))],
    ['an Error and nothing', (_, callback) => callback(new TypeError('no network'), null)],
    ['a failure of wx', (_, callback) => callback({ errMsg: 'request:fail no network' })],
  ])('that is called back with %s rejects with what it says', async (_, provider) => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] })
    const requests = install()
    const failure = providing(provider)
      .headObject({ ...AT, Key: 'a' })
      .catch((error) => error)
    await jest.advanceTimersByTimeAsync(3000)
    expect(await failure).toMatchObject({
      name: 'CosError',
      kind: 'credentials',
      code: 'KitAuthorizationFailed',
      message: expect.stringMatching(new RegExp(`^${name} failed: .*no network$`)),
    })
    expect(requests).toEqual([])
  })
})

type AnyCallback = (first?: unknown, second?: unknown) => void

test('sends Token, ClientIP and ClientUA as headers, with a temporary key too', async () => {
  const requests = install()
  const caller = { Token: 't', ClientIP: '1.2.3.4', ClientUA: 'u a' }
  const cos = new COS({ getAuthorization: async () => ({ ...keyNamed('a'), ...caller }) })
  await cos.headObject({ ...AT, Key: 'a' })
  expect(requests[0]?.header).toMatchObject({ token: 't', clientIP: '1.2.3.4', clientUA: 'u a' })
})

test('accepts SecretId and SecretKey from getSTS', async () => {
  const requests = install()
  const { TmpSecretId: SecretId, TmpSecretKey: SecretKey, ...rest } = keyNamed('a')
  const getSTS: GetSTS = async () => ({ ...rest, SecretId, SecretKey })
  await new COS({ getSTS }).headObject({ ...AT, Key: 'a' })
  expect(requests[0]?.header).toMatchObject({ Authorization: expect.stringContaining('q-ak=a&') })
})

test('times out after a minute if getAuthorization never answers', async () => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] })
  install()
  const cos = new COS({ getAuthorization: () => {} })
  const outcome = cos.headObject({ ...AT, Key: 'a' }).catch((error: unknown) => error)
  await jest.advanceTimersByTimeAsync(61_000)
  expect(await outcome).toMatchObject({ code: 'KitAuthorizationFailed', kind: 'credentials' })
})

test('reports which options are missing if there are no credentials', async () => {
  install()
  await expect(new COS().headObject({ ...AT, Key: 'a' })).rejects.toMatchObject({
    code: 'KitNoCredentials',
    message: expect.stringContaining('COS.cloud'),
  })
})

const at = (Key: string) => ({ ...AT, Key })

defect(
  8,
  'a getAuthorization that fails in any way rejects the call, and throws nothing into the app',
  async (launch) => {
    let thrown = 0
    const giving =
      (answer: unknown): Provider =>
      (_, callback) => {
        try {
          callback(answer)
        } catch {
          thrown++
        }
      }
    const ends: string[] = []
    for (const answer of [undefined, null]) {
      ends.push(
        await endOf(
          startWithOptions(launch, { getAuthorization: giving(answer) }).cos.headObject(at('k')),
        ),
      )
    }
    const rejecting = () =>
      Promise.reject(new Error('down')).catch((error) => Promise.reject(error))
    const silenced: Provider = () => {
      const promise = rejecting()
      promise.catch(() => {})
      return promise
    }
    ends.push(
      await endOf(startWithOptions(launch, { getAuthorization: silenced }).cos.headObject(at('k'))),
    )
    return { ends, thrown }
  },
  {
    right: { ends: Array(3).fill('rejects'), thrown: 0 },
    wrong: { ends: Array(3).fill('never settles'), thrown: 2 },
  },
)

defect(
  30,
  'concurrent requests share one key request',
  async (launch) => {
    const provider = countingProvider(() => temporaryKey())
    const { cos } = startWithOptions(launch, provider)
    const calls = Array.from({ length: 20 }, (_, i) => cos.headObject(at(`${i}`)))
    await endOf(Promise.all(calls))
    return provider.calls()
  },
  { right: 1, wrong: 20 },
)

defect(
  31,
  'a call without credentials rejects and sends nothing',
  async (launch) => {
    const { cos, requests } = startWithOptions(launch, {})
    return { end: await endOf(cos.headObject(at('k'))), sent: requests.length }
  },
  { right: { end: 'rejects', sent: 0 }, wrong: { end: 'resolves', sent: 1 } },
)

defect(
  37,
  'does not modify an answer that the app reuses, and caches it by scope',
  async (launch) => {
    const shared = temporaryKey({ ScopeLimit: true })
    const before = Object.keys(shared)
    const provider = countingProvider(() => shared)
    const { cos } = startWithOptions(launch, provider)
    for (const Key of ['a', 'b', 'a', 'b', 'a', 'b']) await endOf(cos.headObject(at(Key)))
    return { calls: provider.calls(), added: Object.keys(shared).length - before.length }
  },
  { right: { calls: 2, added: 0 }, wrong: { calls: 6, added: 2 } },
)

defect(
  38,
  'replaces a key that COS refuses before it expires',
  async (launch) => {
    const provider = countingProvider((_, count) =>
      temporaryKey({ SecurityToken: `token ${count}` }),
    )
    const { cos } = startWithOptions(launch, provider, {
      answer: (_, __, request) =>
        headerOf(request, 'x-cos-security-token') === 'token 1'
          ? { statusCode: 403, data: '<Error><Code>InvalidAccessKeyId</Code></Error>' }
          : undefined,
    })
    const ends = [await endOf(cos.getObject(at('a'))), await endOf(cos.getObject(at('b')))]
    return { ends, calls: provider.calls() }
  },
  {
    right: { ends: ['resolves', 'resolves'], calls: 2 },
    wrong: { ends: ['rejects', 'rejects'], calls: 1 },
  },
)
