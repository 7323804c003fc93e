import type { Invocation } from '@miniprogram-cos/server'
import { VICTIM } from './attack'

/** A call without a user of the mini program, or with a forged one. */
export interface ForgedIdentity extends Invocation {
  name: string
}

const good = { WX_OPENID: VICTIM, WX_APPID: 'wx1', TCB_SOURCE: 'wx_client', TRIGGER_SRC: 'tcb' }
/** What the SDK reports of the previous call, which the environment still holds. */
const stale = { OPENID: VICTIM, APPID: 'wx1' }

const environmentOf = (variables: object) => ({ environment: JSON.stringify(variables) })
const listOf = (variables: object) => ({
  environ: Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join(';'),
})

const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(good).filter(([name]) => !names.includes(name)))

const forged = (
  name: string,
  context: unknown,
  wxContext: object | null = stale,
  event: unknown = {},
): ForgedIdentity => ({ name, event, context, wxContext: wxContext as object })

/** OPENIDs that have a meaning in a path, a policy, a log line or a list of variables. */
const INVALID_OPENIDS = [
  '',
  ' ',
  '*',
  '**',
  '?',
  '.',
  '..',
  '../..',
  '/',
  `${VICTIM}/`,
  `/${VICTIM}`,
  `${VICTIM}/..`,
  `${VICTIM}*`,
  `${VICTIM} `,
  ` ${VICTIM}`,
  `${VICTIM}\n`,
  `${VICTIM}\u0000`,
  `${VICTIM}\u200b`,
  `${VICTIM}%00`,
  `${VICTIM},oOther`,
  `\u043e${VICTIM.slice(1)}`,
  '{openid}',
  '${openid}',
  '${uin}',
  '"',
  '","resource":["*"],"x":"',
  "'",
  '\\',
  '%2e%2e',
  'undefined,',
  '12345',
  '12345678901234567890',
  '0',
  'x'.repeat(65),
  'x'.repeat(100_000),
]

const NOT_TEXT: unknown[] = [null, 0, 12345, true, {}, [], [VICTIM], { toString: VICTIM }]

export const forgedIdentities: ForgedIdentity[] = [
  forged('no context', undefined),
  forged('null as context', null),
  forged('a text as context', 'WX_OPENID=x'),
  forged('an empty context', {}),
  forged('an environment that is no JSON', { environment: '{' }),
  forged('an environment that is JSON null', { environment: 'null' }),
  forged('an environment that is a list', { environment: '[]' }),
  forged('an environment that is an object, not text', { environment: good }),
  forged('an empty list of variables', { environ: '' }),
  forged('a list of variables without OPENID', listOf(without('WX_OPENID'))),
  forged('a list with two OPENIDs', { environ: `${listOf(good).environ};WX_OPENID=${VICTIM}` }),
  forged('a list whose OPENID came in another value', {
    environ: `${listOf(without('WX_OPENID')).environ};X=1`,
  }),
  forged(
    'a context without OPENID, the environment still has the last one',
    environmentOf(without('WX_OPENID')),
  ),
  forged('a context with APPID alone', environmentOf({ WX_APPID: 'wx1' })),
  forged('OPENID spelled otherwise', environmentOf({ ...without('WX_OPENID'), OPENID: VICTIM })),
  forged('OPENID in lower case', environmentOf({ ...without('WX_OPENID'), wx_openid: VICTIM })),
  forged(
    'another user in the context than the SDK knows',
    environmentOf({ ...good, WX_OPENID: 'oMallory' }),
  ),
  forged('a user in the context, none in the SDK', environmentOf(good), {}),
  forged('a user in the context, an SDK that answers nothing', environmentOf(good), null),
  forged('a timer by its event', environmentOf(good), stale, { Type: 'Timer', TriggerName: 't' }),
  forged('a timer by its trigger', environmentOf({ ...good, TRIGGER_SRC: 'timer' })),
  forged('a timer by its source', environmentOf({ ...good, TCB_SOURCE: 'wx_trigger' })),
  forged('HTTP access by its event', environmentOf(good), stale, {
    httpMethod: 'POST',
    body: '{}',
  }),
  forged('HTTP access by its source', environmentOf({ ...good, TCB_SOURCE: 'wx_http' })),
  forged('a payment callback', environmentOf({ ...good, TCB_SOURCE: 'wx_paycallback' })),
  forged('a search crawler', environmentOf({ ...good, TCB_SOURCE: 'wx_crawler' })),
  forged('a call from another function', environmentOf({ ...good, TCB_SOURCE: 'wx_client,scf' })),
  forged('an unknown source', environmentOf({ ...good, TCB_SOURCE: 'wx_unknown' })),
  forged('shared resources by FROM_OPENID', environmentOf({ ...good, WX_FROM_OPENID: VICTIM })),
  forged('shared resources by FROM_APPID', environmentOf({ ...good, WX_FROM_APPID: 'wx2' })),
  forged(
    'shared resources with an empty FROM_OPENID',
    environmentOf({ ...good, WX_FROM_OPENID: '' }),
  ),
  forged('an OPENID in the event alone', environmentOf({}), {}, { userInfo: { openId: VICTIM } }),
  forged('an OPENID in the event, the last user’s in the environment', environmentOf({}), stale, {
    userInfo: { openId: VICTIM },
    OPENID: VICTIM,
    WX_OPENID: VICTIM,
    openid: VICTIM,
  }),
  ...INVALID_OPENIDS.map((invalid) =>
    forged(
      `the OPENID ${JSON.stringify(invalid.slice(0, 40))}`,
      environmentOf({ ...good, WX_OPENID: invalid }),
      {
        OPENID: invalid,
      },
    ),
  ),
  ...NOT_TEXT.map((invalid) =>
    forged(
      `the OPENID ${JSON.stringify(invalid)}, which is no text`,
      environmentOf({ ...good, WX_OPENID: invalid }),
      {
        OPENID: invalid,
      },
    ),
  ),
  ...NOT_TEXT.map((invalid) =>
    forged(`an SDK whose OPENID is ${JSON.stringify(invalid)}`, environmentOf(good), {
      OPENID: invalid,
    }),
  ),
]
