import { FunctionFault } from '../functionFault'
import { variablesOfCall } from './variablesOfCall'

/** Who calls, verified for this very call. */
export interface Caller {
  openid: string
  appid: string
  /** Only where the mini program is bound to an open platform account. */
  unionid?: string
}

/** What wx-server-sdk's `getWXContext()` returns, as far as it is used. All-digit values are numbers. */
export interface WXContext {
  OPENID?: unknown
  APPID?: unknown
  UNIONID?: unknown
  FROM_OPENID?: unknown
  FROM_APPID?: unknown
}

/** OPENIDs are opaque; anything outside this alphabet could change the meaning of a path or policy. */
const ID_PATTERN = /^(?!\d+$)[A-Za-z0-9_-]{1,64}$/

/** Calls that come straight from a user's mini program; older platforms name no source. */
const SOURCES = [undefined, 'wx_client', 'wx_devtools', 'wx_localdebug']

/**
 * Reads the caller's identity and fails closed. The SDK's answer comes from the process environment,
 * which a warm instance may still hold from the call before; so it must agree with what this call's own
 * context says. Nothing is ever taken from the event.
 *
 * @param context the second argument of the function's `main`
 * @param appid the only mini program that may call; any if undefined
 * @throws FunctionFault `KitNoIdentity`
 */
export function readCaller(
  event: unknown,
  context: unknown,
  wxContext: WXContext,
  appid?: string,
): Caller {
  const refuse = (why: string): never => {
    throw new FunctionFault('KitNoIdentity', `the caller cannot be verified: ${why}`)
  }
  if (isForeignTrigger(event)) return refuse('this is not a call from a mini program')
  const variables = variablesOfCall(context)
  if (!variables) return refuse('the call has no context of its own')
  if (variables.TRIGGER_SRC === 'timer') return refuse('a timer has no user')
  if (!SOURCES.includes(variables.TCB_SOURCE))
    return refuse('this is not a call from a mini program')
  if (variables.WX_FROM_OPENID !== undefined || variables.WX_FROM_APPID !== undefined) {
    return refuse('calls through shared resources are not accepted')
  }
  const openid = variables.WX_OPENID
  if (openid === undefined) return refuse('no user is signed in')
  // A number, where the SDK has turned digits into one, is not the text it came from.
  if (typeof wxContext?.OPENID !== 'string') return refuse('the SDK reports no OPENID')
  if (openid !== wxContext.OPENID) return refuse('the SDK reports another user than this call')
  if (!ID_PATTERN.test(openid)) return refuse('the OPENID has an unexpected form')
  if (appid !== undefined && variables.WX_APPID !== appid)
    return refuse('another mini program calls')
  const unionid = variables.WX_UNIONID
  const isUnionVerified =
    unionid !== undefined && unionid === wxContext.UNIONID && ID_PATTERN.test(unionid)
  return {
    openid,
    appid: String(variables.WX_APPID ?? ''),
    ...(isUnionVerified ? { unionid } : {}),
  }
}

/** HTTP access and timers put their own marks into the event. */
function isForeignTrigger(event: unknown): boolean {
  if (typeof event !== 'object' || event === null) return false
  return 'httpMethod' in event || (event as { Type?: unknown }).Type === 'Timer'
}
