import { createServer, type Server } from 'node:http'
import {
  credentialsFunction,
  type Environment,
  fetchTemporaryKey,
  signatureFunction,
  type TemporaryKey,
} from '@miniprogram-cos/server'
import { config } from '../../cos.config'
import { CallerLimiter } from '../../packages/server/src/callerLimiter'
import { KeyCache } from '../../packages/server/src/keySource'
import type { FunctionAnswer } from '../support/functionCalls'
import { environmentOf, invocationOf } from '../support/functionsInProcess'
import { listenLocally } from '../support/localServer'
import { ALICE, BOB, ROOT_KEY, useTestCloud } from '../support/testCloud'

const cloud = useTestCloud({ onStsRequest: (entry) => asked.push(entry) })
let asked: { action: string; name?: string }[] = []
let lines: Record<string, unknown>[]
let text: string

beforeEach(() => {
  asked = []
  lines = []
  text = ''
  jest.spyOn(console, 'log').mockImplementation((line: string) => {
    lines.push(JSON.parse(line))
    text += line
  })
})
afterEach(() => jest.restoreAllMocks())

const functionWith = (environment: Environment = {}, change: object = {}) => {
  const call = credentialsFunction(
    { ...config, ...change },
    { ...environmentOf(cloud), ...environment },
  )
  return (openid: string, event: unknown = {}) =>
    call(invocationOf(openid, event)) as Promise<FunctionAnswer>
}

describe('a warm instance', () => {
  test('reuses a user’s key for that user only', async () => {
    const call = functionWith()
    const [first, second, other] = [await call(ALICE), await call(ALICE), await call(BOB)]
    expect(second).toEqual(first)
    expect(other.credentials).not.toEqual(first.credentials)
    expect(asked.map(({ action }) => action)).toEqual(['GetFederationToken', 'GetFederationToken'])
    expect(lines.map(({ cached }) => cached)).toEqual([false, true, false])
  })

  test('calls STS 100 times for 1,000 calls of 100 users', async () => {
    const call = functionWith()
    for (let i = 0; i < 1000; i++) {
      const answer = await call(`oUser${String(i % 100).padStart(4, '0')}0123456789abcdef`)
      expect(answer.credentials).toBeDefined()
    }
    expect(asked).toHaveLength(100)
  })

  test('shares one STS call between concurrent calls of a user', async () => {
    const call = functionWith()
    const [a, b] = await Promise.all([call(ALICE), call(ALICE)])
    expect(a).toEqual(b)
    expect(asked).toHaveLength(1)
  })

  test('does not return a wider key for a narrower request', async () => {
    const call = functionWith()
    const wide = await call(ALICE)
    const narrow = await call(ALICE, { verbs: ['read'] })
    expect(narrow.credentials).not.toEqual(wide.credentials)
    expect(await call(ALICE, { verbs: ['read'] })).toEqual(narrow)
  })

  test('cos-signature signs a whole upload with one key', async () => {
    const sign = signatureFunction(config, environmentOf(cloud))
    for (let partNumber = 1; partNumber <= 20; partNumber++) {
      const Query = { partNumber, uploadId: 'u' }
      await sign(invocationOf(ALICE, { Method: 'PUT', Key: `private/${ALICE}/x`, Query }))
    }
    expect(asked).toHaveLength(1)
  })
})

describe('KeyCache', () => {
  const key = (expiredTime: number) => ({ expiredTime }) as TemporaryKey
  let now = 0
  const cacheAt = () => new KeyCache(() => now)

  test('drops a key that would expire too soon', async () => {
    const cache = cacheAt()
    let fetched = 0
    const fetch = async () => key(1000 + 1000 * fetched++)
    now = 0
    expect((await cache.get('a', 'p', 300, fetch)).isCached).toBe(false)
    now = 700
    expect((await cache.get('a', 'p', 300, fetch)).isCached).toBe(true)
    now = 701
    expect((await cache.get('a', 'p', 300, fetch)).isCached).toBe(false)
    expect(fetched).toBe(2)
  })

  test('does not cache failures', async () => {
    const cache = cacheAt()
    await expect(cache.get('a', 'p', 1, () => Promise.reject(new Error('x')))).rejects.toThrow('x')
    now = 0
    expect((await cache.get('a', 'p', 1, async () => key(10))).credentials).toEqual(key(10))
  })

  test('keeps the 1,000 most recently used keys', async () => {
    const cache = cacheAt()
    now = 0
    const get = (i: number) => cache.get(`u${i}`, 'p', 1, async () => key(10))
    for (let i = 0; i < 1000; i++) await get(i)
    await get(0)
    await get(1000)
    expect([(await get(0)).isCached, (await get(1)).isCached]).toEqual([true, false])
  })
})

describe('the rate limit', () => {
  test('tells a caller when to retry, and does not affect others', async () => {
    const call = functionWith({}, { keysPerMinute: 3 })
    const scope = (i: number) => ({
      scope: [{ action: 'name/cos:GetObject', prefix: `private/${ALICE}/${i}` }],
    })
    for (let i = 0; i < 3; i++) expect((await call(ALICE, scope(i))).error).toBeUndefined()
    expect((await call(ALICE, scope(3))).error).toEqual({
      code: 'KitTooManyRequests',
      message: 'more than 3 new keys in a minute: retry in 20 s',
      retryable: true,
      retryAfter: 20,
    })
    // Cached keys do not count.
    expect((await call(ALICE, scope(0))).error).toBeUndefined()
    expect((await call(BOB)).error).toBeUndefined()
    expect(asked).toHaveLength(4)
  })

  test('counts a key for signing uploads of one object a tenth', () => {
    const limiter = new CallerLimiter(30, () => 0)
    for (let i = 0; i < 299; i++) limiter.take('a', 0.1)
    expect(() => limiter.take('a')).toThrow('more than 30 new keys')
  })

  test('refills steadily up to the limit', () => {
    let now = 0
    const limiter = new CallerLimiter(6, () => now)
    const takes = (count: number) => {
      for (let i = 0; i < count; i++) limiter.take('a')
    }
    takes(6)
    expect(() => limiter.take('a')).toThrow('retry in 10 s')
    now = 10
    takes(1)
    now = 10_000
    takes(6)
    expect(() => limiter.take('a')).toThrow('more than')
    // A clock that is set back neither adds nor removes tokens.
    now = 0
    expect(() => limiter.take('a')).toThrow('more than')
  })
})

describe('by AssumeRole', () => {
  const ROLE = 'qcs::cam::uin/100000000001:roleName/local'

  test('issues the role’s key, limited to the caller’s grants', async () => {
    const call = functionWith({ COS_STS_MODE: 'assume-role', COS_STS_ROLE_ARN: ROLE })
    const answer = await call(ALICE)
    expect(answer.credentials).toBeDefined()
    expect(asked).toMatchObject([{ action: 'AssumeRole', outcome: 'ok' }])
  })

  test('uses the function’s own role, whose key is temporary', async () => {
    const statement = [{ effect: 'allow', action: ['name/sts:AssumeRole'], resource: ['*'] }]
    const role = await fetchTemporaryKey(
      { ...ROOT_KEY, region: config.region, localEndpoint: cloud.sts },
      'function',
      JSON.stringify({ version: '2.0', statement }),
      1800,
    )
    const call = functionWith({
      COS_STS_MODE: 'assume-role',
      COS_STS_ROLE_ARN: ROLE,
      COS_STS_SECRET_ID: undefined,
      COS_STS_SECRET_KEY: undefined,
      TENCENTCLOUD_SECRETID: role.tmpSecretId,
      TENCENTCLOUD_SECRETKEY: role.tmpSecretKey,
      TENCENTCLOUD_SESSIONTOKEN: role.sessionToken,
    })
    expect((await call(ALICE)).credentials).toBeDefined()
  })

  test.each<[string, Environment, string]>([
    ['an unknown mode', { COS_STS_MODE: 'x' }, 'COS_STS_MODE must be'],
    ['no role', { COS_STS_MODE: 'assume-role' }, 'COS_STS_ROLE_ARN must be'],
    [
      'a role that does not exist',
      { COS_STS_MODE: 'assume-role', COS_STS_ROLE_ARN: `${ROLE}x` },
      'the role in COS_STS_ROLE_ARN does not exist',
    ],
    [
      'neither key nor role of its own',
      { COS_STS_MODE: 'assume-role', COS_STS_ROLE_ARN: ROLE, COS_STS_SECRET_ID: '' },
      'neither COS_STS_SECRET_ID nor a role',
    ],
    ['no key', { COS_STS_SECRET_KEY: '' }, 'are not set'],
    ['a wrong key', { COS_STS_SECRET_KEY: 'wrong' }, 'is wrong, or has been disabled'],
    ['an unknown key', { COS_STS_SECRET_ID: 'AKIDunknown' }, 'is wrong, or has been disabled'],
  ])('reports a wrong setting: %s', async (_, environment, why) => {
    const answer = await functionWith(environment)(ALICE)
    expect(answer.error).toMatchObject({
      code: 'KitMisconfigured',
      message: expect.stringContaining(why),
      retryable: false,
    })
    expect(JSON.stringify(answer) + text).not.toContain(ROOT_KEY.SecretKey)
    // Only once: a second call would fail in the same way.
    expect(asked.length).toBeLessThanOrEqual(1)
  })
})

describe('when STS fails', () => {
  let server: Server
  let replies: object[]
  let calls: number
  let endpoint: string

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume().on('end', () => {
        calls++
        const Response = replies.shift() ?? { Error: { Code: 'InternalError', Message: 'x' } }
        response.setHeader('Content-Type', 'application/json')
        response.end(JSON.stringify({ Response: { RequestId: 'sts-request-1', ...Response } }))
      })
    })
    endpoint = await listenLocally(server)
  })
  afterAll(() => server.close())
  beforeEach(() => {
    calls = 0
  })

  const failed = (Code: string) => ({ Error: { Code, Message: `secret detail of ${Code}` } })
  const good = {
    Credentials: { TmpSecretId: 'AKIDx', TmpSecretKey: 'k', Token: 't' },
    ExpiredTime: 4_000_000_000,
  }

  test.each([
    ['RequestLimitExceeded', 'KitStsFailed', true],
    ['InternalError.SystemError', 'KitStsFailed', true],
    ['InvalidParameter.PolicyTooLong', 'KitPolicyTooLong', false],
    ['InvalidParameter.StrategyInvalid', 'KitStsFailed', false],
    ['FailedOperation.TempKeyNotAllowed', 'KitMisconfigured', false],
    ['UnauthorizedOperation', 'KitMisconfigured', false],
    ['InvalidParameter.OverTimeError', 'KitMisconfigured', false],
    ['AuthFailure.SignatureExpire', 'KitStsFailed', false],
  ])('%s becomes %s, retried: %s', async (stsCode, code, isAskedAgain) => {
    replies = [failed(stsCode), failed(stsCode)]
    const answer = await functionWith({ COS_STS_ENDPOINT: endpoint })(ALICE)
    expect(answer.error).toMatchObject({ code, retryable: isAskedAgain })
    expect(answer.error?.message).toContain(`${stsCode}, RequestId sts-request-1`)
    expect(answer.error?.message).not.toContain('secret detail')
    expect(calls).toBe(isAskedAgain ? 2 : 1)
    expect(lines).toMatchObject([{ outcome: code, stsRequestId: 'sts-request-1' }])
  })

  test('recovers on the second try', async () => {
    replies = [failed('InternalError'), good]
    const answer = await functionWith({ COS_STS_ENDPOINT: endpoint })(ALICE)
    expect(answer.credentials?.tmpSecretId).toBe('AKIDx')
  })

  test('rejects an STS response without credentials', async () => {
    replies = [{}, {}]
    const answer = await functionWith({ COS_STS_ENDPOINT: endpoint })(ALICE)
    expect(answer.error).toMatchObject({ code: 'KitStsFailed', retryable: true })
  })

  test('reports an unreachable STS', async () => {
    const answer = await functionWith({ COS_STS_ENDPOINT: 'http://127.0.0.1:9' })(ALICE)
    expect(answer.error).toMatchObject({ code: 'KitStsFailed', retryable: true })
    expect(answer.error?.message).toContain('cannot be reached')
  })
})

describe('the log', () => {
  test('has one line per call with caller, request and outcome, and no secret', async () => {
    const call = functionWith()
    const answer = await call(ALICE, { userInfo: { openId: BOB } })
    await call(ALICE, { scope: [{ action: 'name/cos:GetObject', prefix: `private/${BOB}/x` }] })
    expect(lines).toEqual([
      {
        fn: 'cos-credentials',
        who: expect.stringMatching(/^[a-p]{24}$/),
        what: 'key',
        cached: false,
        outcome: 'ok',
        ms: expect.any(Number),
        requestId: 'test-request',
        stsRequestId: answer.requestId,
      },
      {
        fn: 'cos-credentials',
        who: lines[0]?.who,
        outcome: 'KitScopeRefused',
        rule: 'private/{openid}/**',
        ms: expect.any(Number),
        requestId: 'test-request',
      },
    ])
    // The same name as in Tencent's audit log, so the two can be correlated.
    expect(asked[0]?.name).toBe(lines[0]?.who)
    const { tmpSecretId, tmpSecretKey, sessionToken } =
      answer.credentials as Required<FunctionAnswer>['credentials']
    for (const secret of [
      tmpSecretId,
      tmpSecretKey,
      sessionToken,
      ALICE,
      BOB,
      ROOT_KEY.SecretKey,
    ]) {
      expect(text).not.toContain(secret)
    }
  })

  test('names the operation that was signed', async () => {
    const sign = signatureFunction(config, environmentOf(cloud))
    const Key = `private/${ALICE}/x`
    await sign(invocationOf(ALICE, { Method: 'GET', Key }))
    await sign(invocationOf(ALICE, { Method: 'PUT', Key, presign: true }))
    expect(lines.map(({ what, outcome }) => [what, outcome])).toEqual([
      ['getObject', 'ok'],
      ['putObject url', 'ok'],
    ])
    expect(text).not.toContain(ALICE)
  })
})
