import type { Invocation } from '@miniprogram-cos/server'
import { VICTIM } from './attack'

/** A call by somebody who is not a user of the mini program, or says to be another. */
export interface FalseIdentity extends Invocation {
  name: string
}

const good = { WX_OPENID: VICTIM, WX_APPID: 'wx1', TCB_SOURCE: 'wx_client', TRIGGER_SRC: 'tcb' }
/** What the SDK says of the call before, which the environment still holds. */
const stale = { OPENID: VICTIM, APPID: 'wx1' }

const environmentOf = (variables: object) => ({ environment: JSON.stringify(variables) })
const listOf = (variables: object) => ({
  environ: Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join(';'),
})

const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(good).filter(([name]) => !names.includes(name)))

const falsely = (
  name: string,
  context: unknown,
  wxContext: object | null = stale,
  event: unknown = {},
): FalseIdentity => ({ name, event, context, wxContext: wxContext as object })

/** OPENIDs that would mean something else in a path, a policy, a log line or a list of variables. */
const ODD_OPENIDS = [
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

export const falseIdentities: FalseIdentity[] = [
  falsely('no context', undefined),
  falsely('null as context', null),
  falsely('a text as context', 'WX_OPENID=x'),
  falsely('an empty context', {}),
  falsely('an environment that is no JSON', { environment: '{' }),
  falsely('an environment that is JSON null', { environment: 'null' }),
  falsely('an environment that is a list', { environment: '[]' }),
  falsely('an environment that is an object, not text', { environment: good }),
  falsely('an empty list of variables', { environ: '' }),
  falsely('a list of variables without OPENID', listOf(without('WX_OPENID'))),
  falsely('a list with two OPENIDs', { environ: `${listOf(good).environ};WX_OPENID=${VICTIM}` }),
  falsely('a list whose OPENID came in another value', {
    environ: `${listOf(without('WX_OPENID')).environ};X=1`,
  }),
  falsely(
    'a context without OPENID, the environment still has the last one',
    environmentOf(without('WX_OPENID')),
  ),
  falsely('a context with APPID alone', environmentOf({ WX_APPID: 'wx1' })),
  falsely('OPENID spelled otherwise', environmentOf({ ...without('WX_OPENID'), OPENID: VICTIM })),
  falsely('OPENID in lower case', environmentOf({ ...without('WX_OPENID'), wx_openid: VICTIM })),
  falsely(
    'another user in the context than the SDK knows',
    environmentOf({ ...good, WX_OPENID: 'oMallory' }),
  ),
  falsely('a user in the context, none in the SDK', environmentOf(good), {}),
  falsely('a user in the context, an SDK that answers nothing', environmentOf(good), null),
  falsely('a timer by its event', environmentOf(good), stale, { Type: 'Timer', TriggerName: 't' }),
  falsely('a timer by its trigger', environmentOf({ ...good, TRIGGER_SRC: 'timer' })),
  falsely('a timer by its source', environmentOf({ ...good, TCB_SOURCE: 'wx_trigger' })),
  falsely('HTTP access by its event', environmentOf(good), stale, {
    httpMethod: 'POST',
    body: '{}',
  }),
  falsely('HTTP access by its source', environmentOf({ ...good, TCB_SOURCE: 'wx_http' })),
  falsely('a payment callback', environmentOf({ ...good, TCB_SOURCE: 'wx_paycallback' })),
  falsely('a search crawler', environmentOf({ ...good, TCB_SOURCE: 'wx_crawler' })),
  falsely('a call from another function', environmentOf({ ...good, TCB_SOURCE: 'wx_client,scf' })),
  falsely('an unknown source', environmentOf({ ...good, TCB_SOURCE: 'wx_unknown' })),
  falsely('shared resources by FROM_OPENID', environmentOf({ ...good, WX_FROM_OPENID: VICTIM })),
  falsely('shared resources by FROM_APPID', environmentOf({ ...good, WX_FROM_APPID: 'wx2' })),
  falsely(
    'shared resources with an empty FROM_OPENID',
    environmentOf({ ...good, WX_FROM_OPENID: '' }),
  ),
  falsely('an OPENID in the event alone', environmentOf({}), {}, { userInfo: { openId: VICTIM } }),
  falsely('an OPENID in the event, the last user’s in the environment', environmentOf({}), stale, {
    userInfo: { openId: VICTIM },
    OPENID: VICTIM,
    WX_OPENID: VICTIM,
    openid: VICTIM,
  }),
  ...ODD_OPENIDS.map((odd) =>
    falsely(
      `the OPENID ${JSON.stringify(odd.slice(0, 40))}`,
      environmentOf({ ...good, WX_OPENID: odd }),
      {
        OPENID: odd,
      },
    ),
  ),
  ...NOT_TEXT.map((odd) =>
    falsely(
      `the OPENID ${JSON.stringify(odd)}, which is no text`,
      environmentOf({ ...good, WX_OPENID: odd }),
      {
        OPENID: odd,
      },
    ),
  ),
  ...NOT_TEXT.map((odd) =>
    falsely(`an SDK whose OPENID is ${JSON.stringify(odd)}`, environmentOf(good), { OPENID: odd }),
  ),
]
