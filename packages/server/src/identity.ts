import { FunctionError } from './errors'
import type { Principal } from './grants'

/** Who calls, verified for the current call. */
export interface Caller {
  openid: string
  appid: string
  /** Only where the mini program is bound to an open platform account. */
  unionid?: string
}

/** The fields used of what wx-server-sdk's `getWXContext()` returns. All-digit values are numbers. */
export interface WXContext {
  OPENID?: unknown
  APPID?: unknown
  UNIONID?: unknown
  FROM_OPENID?: unknown
  FROM_APPID?: unknown
}

/** OPENIDs are opaque; anything outside this alphabet could change the meaning of a path or policy. */
const ID_PATTERN = /^(?!\d+$)[A-Za-z0-9_-]{1,64}$/

/** Sources of calls that come directly from a user's mini program; older platforms send none. */
const SOURCES = [undefined, 'wx_client', 'wx_devtools', 'wx_localdebug']

/**
 * Reads the caller's identity, and refuses the call if there is any doubt. The SDK reads the process environment,
 * which a warm instance may still hold from the previous call, so it must agree with the context of the current call.
 * Nothing is taken from the event.
 *
 * @param context the second argument of the function's `main`
 * @param appid the only mini program that may call. @default any
 * @throws FunctionError `KitNoIdentity`
 */
export function readCaller(
  event: unknown,
  context: unknown,
  wxContext: WXContext,
  appid?: string,
): Caller {
  const refuse = (reason: string): never => {
    throw new FunctionError('KitNoIdentity', `the caller cannot be verified: ${reason}`)
  }
  if (isHttpOrTimer(event)) return refuse('this is not a call from a mini program')
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
  // The SDK turns an all-digit OPENID into a number, which loses digits.
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
    appid: variables.WX_APPID ?? '',
    ...(isUnionVerified ? { unionid } : {}),
  }
}

/** HTTP access and timers leave their own fields in the event. */
function isHttpOrTimer(event: unknown): boolean {
  if (typeof event !== 'object' || event === null) return false
  return 'httpMethod' in event || ('Type' in event && event.Type === 'Timer')
}

/** The caller with the groups that list their OPENID or UNIONID. */
export function principalOf(
  { openid, unionid }: Caller,
  groups: Record<string, readonly string[]>,
): Principal {
  const isMember = (members: readonly string[]) =>
    members.includes(openid) || (unionid !== undefined && members.includes(unionid))
  return { openid, groups: Object.keys(groups).filter((name) => isMember(groups[name] ?? [])) }
}

/**
 * The variables of the current call: `context.environment` is JSON text, the older `context.environ` a list
 * `KEY=value;…`. Undefined without either, or when a variable occurs twice.
 */
function variablesOfCall(context: unknown): Record<string, string> | undefined {
  if (typeof context !== 'object' || context === null) return undefined
  const { environment, environ }: { environment?: unknown; environ?: unknown } = context
  if (typeof environment === 'string') return variablesFromJson(environment)
  return typeof environ === 'string' ? variablesFromList(environ) : undefined
}

function variablesFromJson(text: string): Record<string, string> | undefined {
  const variables: Record<string, string> = Object.create(null)
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return undefined
    for (const [name, value] of Object.entries(parsed)) {
      if (typeof value === 'string') variables[name] = value
    }
    return variables
  } catch {
    return undefined
  }
}

function variablesFromList(text: string): Record<string, string> | undefined {
  const variables: Record<string, string> = Object.create(null)
  for (const pair of text.split(';')) {
    const at = pair.indexOf('=')
    if (at <= 0) continue
    const name = pair.slice(0, at)
    // A value that contains a semicolon could add a second OPENID.
    if (name in variables) return undefined
    variables[name] = pair.slice(at + 1)
  }
  return variables
}
