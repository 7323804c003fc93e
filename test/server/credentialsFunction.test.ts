import { errorOf } from '../support/cosRequests'
import {
  type CosRequest,
  callFunction,
  type FunctionAnswer,
  sendWithKey,
  type TestCaller,
} from '../support/functionCalls'
import {
  ALICE,
  BOB,
  BUCKET,
  CREDENTIALS_FUNCTION,
  REGION,
  ROOT_KEY,
  startTestCloud,
  useTestCloud,
} from '../support/testCloud'

/** The built function, called over HTTP as the local cloud offers it. */
const cloud = useTestCloud()

const call = (caller: TestCaller, event: unknown = {}) =>
  callFunction(cloud, 'cos-credentials', caller, event)

/** COS's answer to a request signed with the issued key. */
async function use(answer: FunctionAnswer, request: CosRequest, body?: string) {
  const response = await sendWithKey(cloud, answer, { ...request, ...(body ? { body } : {}) })
  return [response.status, errorOf(response).code]
}

test('returns a key in the format of the official samples, and the caller’s folder', async () => {
  const answer = await call({ openid: ALICE })
  expect(answer).toEqual({
    credentials: {
      tmpSecretId: expect.any(String),
      tmpSecretKey: expect.any(String),
      sessionToken: expect.any(String),
    },
    startTime: expect.any(Number),
    expiredTime: expect.any(Number),
    requestId: expect.any(String),
    bucket: BUCKET,
    region: REGION,
    prefix: `private/${ALICE}/`,
  })
  expect((answer.expiredTime ?? 0) - (answer.startTime ?? 0)).toBe(1800)
  expect(JSON.stringify(answer)).not.toContain(ROOT_KEY.SecretKey)
})

test('the key permits every granted verb in the caller’s folder', async () => {
  const alice = await call({ openid: ALICE })
  const key = `private/${ALICE}/a.txt`
  expect(await use(alice, { method: 'PUT', key }, 'x')).toEqual([200, undefined])
  expect(await use(alice, { key })).toEqual([200, undefined])
  expect(await use(alice, { query: { prefix: `private/${ALICE}/` } })).toEqual([200, undefined])
  expect(await use(alice, { method: 'DELETE', key })).toEqual([204, undefined])
})

test('the key permits nothing else', async () => {
  const alice = await call({ openid: ALICE })
  const denied = [403, 'AccessDenied']
  expect(await use(alice, { key: `private/${BOB}/a.txt` })).toEqual(denied)
  expect(await use(alice, { key: `private/${ALICE}B/a.txt` })).toEqual(denied)
  expect(await use(alice, { key: `private/${ALICE}` })).toEqual(denied)
  expect(await use(alice, { query: { prefix: '' } })).toEqual(denied)
  expect(await use(alice, { query: { prefix: 'private/' } })).toEqual(denied)
  expect(await use(alice, { query: { prefix: `private/${ALICE}` } })).toEqual(denied)
  expect(await use(alice, {})).toEqual(denied)
  expect(await use(alice, { method: 'DELETE' })).toEqual(denied)
  expect(await use(alice, { method: 'HEAD' })).toEqual([403, undefined])
})

test('the key of oA does not permit the folder of oAB', async () => {
  const short = await call({ openid: 'oA' })
  expect(await use(short, { method: 'PUT', key: 'private/oA/x' }, 'x')).toEqual([200, undefined])
  expect(await use(short, { method: 'PUT', key: 'private/oAB/x' }, 'x')).toEqual([
    403,
    'AccessDenied',
  ])
})

describe('refuses', () => {
  test.each<[string, { openid?: string; source?: string }, unknown]>([
    ['a caller without OPENID', {}, {}],
    ['a timer', { source: 'wx_trigger' }, { Type: 'Timer', TriggerName: 't', Time: 'now' }],
    ['an HTTP call', { source: 'wx_http' }, { httpMethod: 'POST', body: '{}' }],
    [
      'a caller who claims an OPENID in the event',
      {},
      { userInfo: { openId: ALICE, appId: 'wx1' } },
    ],
    [
      'an OPENID of digits only, which the SDK turns into a number',
      { openid: '12345678901234567890' },
      {},
    ],
    ['an OPENID that is a wildcard', { openid: '*' }, {}],
    ['an OPENID with dot segments', { openid: '../..' }, {}],
  ])('%s', async (_, caller, event) => {
    // A user first, on the same warm instance: what the platform leaves behind must not be used.
    await call({ openid: ALICE })
    const answer = await call(caller, event)
    expect(answer.error?.code).toBe('KitNoIdentity')
    expect(answer.credentials).toBeUndefined()
  })
})

test('a forged event.userInfo has no effect', async () => {
  const answer = await call({ openid: BOB }, { userInfo: { openId: ALICE, appId: 'wx1' } })
  expect(answer.prefix).toBe(`private/${BOB}/`)
  expect(await use(answer, { key: `private/${ALICE}/a.txt` })).toEqual([403, 'AccessDenied'])
})

describe('a scope', () => {
  const scope = (prefix: string, action = 'name/cos:PutObject') => ({
    scope: [{ action, bucket: BUCKET, region: REGION, prefix }],
  })

  test('yields a key that permits exactly that', async () => {
    const key = `private/${ALICE}/only.txt`
    const answer = await call({ openid: ALICE }, scope(key))
    expect(await use(answer, { method: 'PUT', key }, 'x')).toEqual([200, undefined])
    expect(await use(answer, { key })).toEqual([403, 'AccessDenied'])
    expect(await use(answer, { method: 'PUT', key: `${key}2` }, 'x')).toEqual([403, 'AccessDenied'])
  })

  test.each<[string, unknown]>([
    ['another user’s key', scope(`private/${BOB}/x`)],
    ['a key with ..', scope(`private/${ALICE}/../${BOB}/x`)],
    ['a key with *', scope(`private/${ALICE}/*`)],
    ['a key with ?', scope(`private/${ALICE}/?`)],
    ['an encoded key', scope(`private/${ALICE}/%2e%2e/${BOB}`)],
    ['a key of another folder that begins alike', scope(`private/${ALICE}B/x`)],
    ['an empty prefix', scope('', 'name/cos:GetBucket')],
    ['the parent folder', scope('private/', 'name/cos:GetBucket')],
    ['an action no rule knows', scope(`private/${ALICE}/x`, 'name/cos:PutObjectACL')],
    ['every action', scope(`private/${ALICE}/x`, '*')],
    ['a property of all objects', scope(`private/${ALICE}/x`, '__proto__')],
    [
      'another bucket',
      { scope: [{ action: 'name/cos:PutObject', bucket: 'x-1', prefix: `private/${ALICE}/x` }] },
    ],
    ['nothing', { scope: [] }],
    ['no object', { scope: 'private' }],
  ])('refuses %s', async (_, event) => {
    const answer = await call({ openid: ALICE }, event)
    expect(answer.error?.code).toBe('KitScopeRefused')
    expect(answer.credentials).toBeUndefined()
  })
})

test('400 interleaved calls on warm instances never mix up two users, and refuse callers without identity', async () => {
  const outsiders = [
    [{ source: 'wx_trigger' }, { Type: 'Timer', TriggerName: 't' }],
    [{ source: 'wx_http' }, { httpMethod: 'POST', body: '{}' }],
    [{}, { userInfo: { openId: ALICE } }],
  ] as const
  const keysOf: Record<string, Set<unknown>> = { [ALICE]: new Set(), [BOB]: new Set() }
  const wrong: unknown[] = []
  await Promise.all(
    Array.from({ length: 400 }, async (_, i) => {
      const openid = i % 2 === 0 ? ALICE : BOB
      const answer = await call({ openid })
      if (answer.prefix !== `private/${openid}/`) wrong.push(answer)
      keysOf[openid]?.add(answer.credentials?.tmpSecretId)
      const Key = `private/${openid}/x`
      const signed = await callFunction(cloud, 'cos-signature', { openid }, { Method: 'GET', Key })
      if (signed.prefix !== `private/${openid}/`) wrong.push(signed)
      keysOf[openid]?.add(/q-ak=([^&]+)/.exec(signed.authorization ?? '')?.[1])
      if (i % 10 !== 0) return
      const [outsider, event] = outsiders[(i / 10) % outsiders.length] as (typeof outsiders)[number]
      for (const name of ['cos-credentials', 'cos-signature']) {
        const nothing = await callFunction(cloud, name, outsider, event)
        if (nothing.error?.code !== 'KitNoIdentity') wrong.push(nothing)
      }
    }),
  )
  expect(wrong).toEqual([])
  expect([...(keysOf[ALICE] ?? [])].filter((key) => keysOf[BOB]?.has(key))).toEqual([])
})

test('reports a missing configuration without a secret', async () => {
  const bare = await startTestCloud({
    functions: [{ ...CREDENTIALS_FUNCTION, variables: { COS_STS_SECRET_ID: '' } }],
  })
  const text = JSON.stringify(await callFunction(bare, 'cos-credentials', { openid: ALICE }))
  await bare.end()
  expect(text).toContain('KitMisconfigured')
  expect(text).not.toContain(ROOT_KEY.SecretKey)
})

test('sends signed STS requests to loopback only', async () => {
  const bad = await startTestCloud({
    functions: [{ ...CREDENTIALS_FUNCTION, variables: { COS_STS_ENDPOINT: 'http://10.0.0.1:80' } }],
  })
  const answer = await callFunction(bad, 'cos-credentials', { openid: ALICE })
  await bad.end()
  expect(answer.error?.message).toContain('loopback')
})
