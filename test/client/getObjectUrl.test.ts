import { COS, CosError } from 'miniprogram-cos'
import { temporaryKey } from '../support/bothClients'
import { AT, createFakePhone } from '../support/fakePhone'
import { loadOfficialClient } from '../support/phones'
import { KEY } from '../support/recordingWx'

type Client = new (options: object) => { getObjectUrl(params: object, callback?: unknown): unknown }

const official = () => loadOfficialClient<Client>(createFakePhone().wx)
const OBJECT = { ...AT, Key: 'a/中 b.txt' }
const NOW = 1_800_000_000_000

beforeEach(() => {
  jest.spyOn(Date, 'now').mockReturnValue(NOW)
})
afterEach(() => {
  jest.restoreAllMocks()
})

describe('returns the URL synchronously, like cos-wx-sdk-v5, if no key has to be requested', () => {
  test.each<[string, object, object]>([
    ['with a fixed key', KEY, {}],
    ['with a fixed temporary key', { ...KEY, SecurityToken: 'token' }, {}],
    [
      'with a key that has StartTime and ExpiredTime',
      { ...KEY, StartTime: NOW / 1000 - 1, ExpiredTime: NOW / 1000 + 899 },
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
  const getAuthorization = async () => temporaryKey({ StartTime: NOW / 1000 })

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

  test('of a URL with Token, ClientIP and ClientUA', async () => {
    const caller = { Token: 't', ClientIP: '1.2.3.4', ClientUA: 'u a' }
    const cos = new COS({ getAuthorization: async () => temporaryKey(caller) })
    expect(await cos.getObjectUrl({ ...OBJECT, QueryString: 'x=y' })).toMatch(
      /&clientIP=1\.2\.3\.4&clientUA=u%20a&token=t&x=y$/,
    )
  })
})

describe('an invalid call', () => {
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
