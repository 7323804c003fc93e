import { readCaller } from '@miniprogram-cos/server'

const OPENID = 'oAlice0123456789-_abcdefghij'

/** A call's context as the platform passes it. */
const contextOf = (variables: Record<string, string>) => ({
  environment: JSON.stringify(variables),
})
const good = { WX_OPENID: OPENID, WX_APPID: 'wx1', TRIGGER_SRC: 'tcb' }

test('reads the caller from the SDK and the context of the call', () => {
  expect(readCaller({}, contextOf(good), { OPENID })).toEqual({ openid: OPENID, appid: 'wx1' })
})

test('reads the older format of the context', () => {
  const environ = `WX_APPID=wx1;WX_OPENID=${OPENID};WX_API_TOKEN=a=b`
  expect(readCaller({}, { environ }, { OPENID }).openid).toBe(OPENID)
})

test.each<[string, unknown, unknown, object]>([
  [
    'a timer after a user: the SDK still knows the user',
    { Type: 'Timer' },
    contextOf({}),
    { OPENID },
  ],
  ['a context without a user', {}, contextOf({ TRIGGER_SRC: 'tcb' }), { OPENID }],
  [
    'a context that names another user than the SDK',
    {},
    contextOf({ ...good, WX_OPENID: 'oBob' }),
    { OPENID },
  ],
  ['a timer by its trigger', {}, contextOf({ ...good, TRIGGER_SRC: 'timer' }), { OPENID }],
  ['HTTP access', { httpMethod: 'GET' }, contextOf(good), { OPENID }],
  ['no context at all', {}, undefined, { OPENID }],
  ['a context that cannot be read', {}, { environment: '{' }, { OPENID }],
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
    { OPENID },
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
  expect(readCaller(forged, contextOf(good), { OPENID }).openid).toBe(OPENID)
})
