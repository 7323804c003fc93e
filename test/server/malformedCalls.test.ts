import { credentialsFunction, type Invocation, signatureFunction } from '@miniprogram-cos/server'
import { config } from '../../cos.config'
import { readCaller } from '../../packages/server/src/identity'
import { send } from '../support/cosRequests'
import type { FunctionAnswer } from '../support/functionCalls'
import { captureFunctionLog, environmentOf, invocationOf } from '../support/functionsInProcess'
import { ALICE } from '../support/testCloud'
import { ATTACKER, OWN, THEIRS, useCountedCloud } from './attacks/attack'
import { MALFORMED_EVENTS } from './attacks/events'
import { forgedIdentities } from './attacks/identities'

/** The functions run in this process, so that contexts can be forged in ways that no platform allows. */
const { cloud, sts } = useCountedCloud()
let credentials: (invocation: Invocation) => Promise<FunctionAnswer>
let signature: (invocation: Invocation) => Promise<FunctionAnswer>
const lines = captureFunctionLog()

beforeAll(async () => {
  credentials = credentialsFunction(config, environmentOf(cloud))
  signature = signatureFunction(config, environmentOf(cloud))
})

async function refused(answer: FunctionAnswer, codes: string[]): Promise<void> {
  expect(codes).toContain(answer.error?.code)
  expect(Object.keys(answer)).toEqual(['error'])
  expect(answer.error?.retryable).toBe(false)
  expect(sts.calls).toBe(0)
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] as string)).toMatchObject({ outcome: answer.error?.code })
}

test.each(forgedIdentities)('both functions refuse $name', async ({ name: _, ...call }) => {
  await refused(await credentials(call), ['KitNoIdentity'])
  lines.length = 0
  const event = { Method: 'GET', Key: `${THEIRS}x`, ...(call.event as object) }
  await refused(await signature({ ...call, event }), ['KitNoIdentity'])
})

test('COS refuses unsigned reads', async () => {
  expect((await send(cloud.cos, { path: `/${THEIRS}diary.txt` })).status).toBe(403)
})

test.each(MALFORMED_EVENTS)('$fn refuses $name', async ({ fn, event, codes }) => {
  const call = fn === 'cos-signature' ? signature : credentials
  await refused(await call(invocationOf(ATTACKER, event)), codes)
})

test('signs the headers that own objects may have', async () => {
  const Headers = {
    'Content-Type': 'image/png',
    'Content-Length': 3,
    'x-cos-acl': 'private',
    'x-cos-meta-a': 'b',
    'x-cos-storage-class': 'STANDARD_IA',
    'x-cos-sdk-retry': 'true',
  }
  const answer = await signature(invocationOf(ATTACKER, { Method: 'PUT', Key: `${OWN}x`, Headers }))
  expect(answer.authorization).toContain(
    'q-header-list=content-length;content-type;host;x-cos-acl;x-cos-meta-a;x-cos-sdk-retry;x-cos-storage-class&',
  )
})

describe('the identity of a call', () => {
  /** A call's context as the platform passes it. */
  const contextOf = (variables: Record<string, string>) => ({
    environment: JSON.stringify(variables),
  })
  const good = { WX_OPENID: ALICE, WX_APPID: 'wx1', TRIGGER_SRC: 'tcb' }

  test('reads the caller from the SDK and the context of the call', () => {
    expect(readCaller({}, contextOf(good), { OPENID: ALICE })).toEqual({
      openid: ALICE,
      appid: 'wx1',
    })
  })

  test('reads the older format of the context', () => {
    const environ = `WX_APPID=wx1;WX_OPENID=${ALICE};WX_API_TOKEN=a=b`
    expect(readCaller({}, { environ }, { OPENID: ALICE }).openid).toBe(ALICE)
  })

  test.each<[string, unknown, unknown, object]>([
    [
      'a timer after a user: the SDK still knows the user',
      { Type: 'Timer' },
      contextOf({}),
      { OPENID: ALICE },
    ],
    ['a context without a user', {}, contextOf({ TRIGGER_SRC: 'tcb' }), { OPENID: ALICE }],
    [
      'a context that names another user than the SDK',
      {},
      contextOf({ ...good, WX_OPENID: 'oBob' }),
      { OPENID: ALICE },
    ],
    ['a timer by its trigger', {}, contextOf({ ...good, TRIGGER_SRC: 'timer' }), { OPENID: ALICE }],
    ['HTTP access', { httpMethod: 'GET' }, contextOf(good), { OPENID: ALICE }],
    ['no context at all', {}, undefined, { OPENID: ALICE }],
    ['a context that cannot be read', {}, { environment: '{' }, { OPENID: ALICE }],
    ['an SDK without a user', {}, contextOf(good), {}],
    [
      'digits that the SDK turned into a number',
      {},
      contextOf({ ...good, WX_OPENID: '12345' }),
      { OPENID: 12345 },
    ],
    ['digits as text', {}, contextOf({ ...good, WX_OPENID: '12345' }), { OPENID: '12345' }],
    [
      'a caller through shared resources',
      {},
      contextOf({ ...good, WX_FROM_OPENID: 'oX' }),
      { OPENID: ALICE },
    ],
    ...['*', '..', 'a/b', 'a b', '', 'x'.repeat(65), '${uin}', 'oA%2f'].map(
      (invalid): [string, unknown, unknown, object] => [
        `an OPENID like ${JSON.stringify(invalid)}`,
        {},
        contextOf({ ...good, WX_OPENID: invalid }),
        { OPENID: invalid },
      ],
    ),
  ])('refuses %s', (_, event, context, wxContext) => {
    expect(() => readCaller(event, context, wxContext)).toThrow('the caller cannot be verified')
  })

  test('takes nothing from the event', () => {
    const forged = { userInfo: { openId: 'oBob' }, OPENID: 'oBob', openid: 'oBob' }
    expect(readCaller(forged, contextOf(good), { OPENID: ALICE }).openid).toBe(ALICE)
  })
})
