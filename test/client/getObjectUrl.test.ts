import { COS, CosError } from 'miniprogram-cos'
import {
  calledBack,
  countingProvider,
  defect,
  endOf,
  NOW,
  startWithOptions,
  temporaryKey,
} from '../support/bothClients'
import { AT, createFakePhone } from '../support/fakePhone'
import { loadOfficialClient, type Untyped } from '../support/phones'
import { isSignatureValid, KEY, type RecordedRequest } from '../support/recordingWx'

type Client = new (options: object) => { getObjectUrl(params: object, callback?: unknown): unknown }

const official = () => loadOfficialClient<Client>(createFakePhone().wx)
const OBJECT = { ...AT, Key: 'a/中 b.txt' }

function useFixedTime() {
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW * 1000)
  })
  afterEach(() => {
    jest.restoreAllMocks()
  })
}

describe('returns the URL synchronously, like cos-wx-sdk-v5, if no key has to be requested', () => {
  useFixedTime()

  test.each<[string, object, object]>([
    ['with a fixed key', KEY, {}],
    ['with a fixed temporary key', { ...KEY, SecurityToken: 'token' }, {}],
    [
      'with a key that has StartTime and ExpiredTime',
      { ...KEY, StartTime: NOW - 1, ExpiredTime: NOW + 899 },
      {},
    ],
    ['without a signature', KEY, { Sign: false, Query: { a: 'b' }, QueryString: 'c' }],
    ['without a signature and key', { getAuthorization() {} }, { Sign: false }],
    ['without a signature from another domain', {}, { Sign: false, Domain: 'cdn.example.com' }],
    ['with Expires', KEY, { Expires: 60, Headers: { 'x-cos-meta-a': 'b' } }],
    ['for an upload', KEY, { Method: 'PUT' }],
  ])('%s', (_, options, more) => {
    const params = { ...OBJECT, ...more }
    const url = new COS(options).getObjectUrl(params)
    expect(url).toMatch(/^https:/)
    expect(url).toBe(new (official())(options).getObjectUrl(params))
  })

  test('and passes it to a callback as well', async () => {
    const params = { ...OBJECT, Sign: false }
    const { Url, returned } = await new Promise<{ Url?: string; returned?: string }>((resolve) => {
      const returned = new COS({}).getObjectUrl(params, (_, result) =>
        resolve({ Url: result?.Url ?? '', returned: returned ?? '' }),
      )
    })
    expect(returned).toMatch(/^https:/)
    expect(Url).toBe(returned)
  })
})

describe('returns a promise if a key has to be requested', () => {
  useFixedTime()

  const getAuthorization = async () => temporaryKey({ StartTime: NOW })

  test('whether or not the key is cached', async () => {
    const cos = new COS({ getAuthorization })
    for (const _ of ['cold', 'warm']) {
      const promised = cos.getObjectUrl(OBJECT)
      expect(promised).toBeInstanceOf(Promise)
      expect(await promised).toContain('q-signature=')
    }
  })

  test('and with a callback passes the URL to it and returns undefined', async () => {
    const passed = await new Promise((resolve) => {
      const cos = new COS({ getAuthorization })
      expect(cos.getObjectUrl(OBJECT, (_, result) => resolve(result?.Url))).toBeUndefined()
    })
    expect(passed).toContain('q-signature=')
  })

  test('also with Token, ClientIP and ClientUA', async () => {
    const caller = { Token: 't', ClientIP: '1.2.3.4', ClientUA: 'u a' }
    const cos = new COS({ getAuthorization: async () => temporaryKey(caller) })
    expect(await cos.getObjectUrl({ ...OBJECT, QueryString: 'x=y' })).toMatch(
      /&clientIP=1\.2\.3\.4&clientUA=u%20a&token=t&x=y$/,
    )
  })
})

describe('an invalid call', () => {
  useFixedTime()

  const wrong: [string, object, object, string][] = [
    ['no key', {}, OBJECT, 'KitNoCredentials'],
    ['no Key', KEY, { ...AT, Sign: true }, 'KitMissingParam'],
    ['no Key, nor signature', { getAuthorization() {} }, { ...AT, Sign: false }, 'KitMissingParam'],
    ['no seconds', KEY, { ...OBJECT, Expires: -1 }, 'KitInvalidParam'],
  ]

  test.each(wrong)('throws if a string would be returned: %s', (_, options, params, code) => {
    let thrown: unknown
    try {
      new COS(options).getObjectUrl(params as never)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(CosError)
    expect(thrown).toMatchObject({ code })
  })

  test.each(wrong)(
    'passes the error to a callback and does not throw: %s',
    async (_, options, params, code) => {
      const error = await new Promise((resolve) => {
        expect(new COS(options).getObjectUrl(params as never, resolve)).toBeUndefined()
      })
      expect(error).toMatchObject({ code })
    },
  )

  test('rejects if a promise is returned', async () => {
    const cos = new COS({ getAuthorization: async () => temporaryKey() })
    for (const [params, code] of [
      [{ ...OBJECT, Expires: -1 }, 'KitInvalidParam'],
      [AT, 'KitMissingParam'],
      [undefined, 'KitMissingParam'],
    ]) {
      await expect(cos.getObjectUrl(params as never)).rejects.toMatchObject({ code })
    }
  })
})

const at = (Key: string) => ({ ...AT, Key })

/** What getObjectUrl passes to its callback. */
async function urlOf(cos: Untyped, params: object): Promise<string> {
  const called = calledBack((callback) => cos.getObjectUrl(params, callback))
  const end = await endOf(called)
  return end === 'resolves' ? String(((await called).data as Untyped | undefined)?.Url) : end
}

defect(
  2,
  'a presigned URL is valid from now, even if its key is about to expire',
  async (launch) => {
    const key = temporaryKey({ StartTime: NOW - 1000, ExpiredTime: NOW + 800 })
    const { cos } = startWithOptions(
      launch,
      countingProvider(() => key),
    )
    const url = await urlOf(cos, { ...at('k'), Expires: 600 })
    const [, from, to] = /q-sign-time=(\d+)(?:;|%3b)(\d+)/.exec(url) ?? []
    return { hasBegun: Number(from) <= NOW, secondsLeft: Number(to) - NOW }
  },
  {
    right: { hasBegun: true, secondsLeft: expect.closeTo(600, -1) },
    wrong: { hasBegun: true, secondsLeft: -400 },
  },
)

const TOKEN = 'a+b/c='
const LIST_LAST =
  'q-sign-algorithm=sha1&q-ak=a&q-sign-time=1;2&q-key-time=1;2&q-signature=s&q-header-list=&q-url-param-list='
defect(
  25,
  'getObjectUrl returns the same signed URL however it is called, with its token encoded',
  async (launch) => {
    const { cos } = startWithOptions(
      launch,
      countingProvider(() => temporaryKey({ SecurityToken: TOKEN })),
    )
    await endOf(cos.headObject(at('k')))
    const returned = String(await cos.getObjectUrl(at('k')))
    const passed = await urlOf(cos, at('k'))
    const signing = startWithOptions(
      launch,
      countingProvider(() => LIST_LAST),
    )
    return {
      isSame: returned === passed,
      isSigned: returned.includes('q-signature='),
      token: /x-cos-security-token=([^&]*)/.exec(passed)?.[1],
      hasListLast: (await urlOf(signing.cos, at('k'))).includes('q-signature=s'),
    }
  },
  {
    right: {
      isSame: true,
      isSigned: true,
      token: encodeURIComponent(TOKEN),
      hasListLast: true,
    },
    wrong: { isSame: false, isSigned: false, token: TOKEN, hasListLast: false },
  },
)

defect(
  26,
  'q-url-param-list names the parameters in the order in which they are signed',
  async (launch) => {
    const { COS } = startWithOptions(launch, KEY)
    const Query = { a: '1', '{': '2' }
    const signed = { ...KEY, Method: 'GET', Key: 'k', Query, Headers: { Host: 'h' } }
    const header = { Authorization: COS.getAuthorization(signed) }
    const url = 'https://h/k?a=1&%7B=2'
    return isSignatureValid({ method: 'GET', url, header } as unknown as RecordedRequest)
  },
  { right: true, wrong: false },
)
