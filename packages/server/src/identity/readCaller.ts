import { FunctionFault } from '../functionFault'

/** Who calls, verified for this very call. */
export interface Caller {
  openid: string
  appid: string
}

/** What wx-server-sdk's `getWXContext()` returns, as far as it is used. All-digit values are numbers. */
export interface WXContext {
  OPENID?: unknown
  APPID?: unknown
  FROM_OPENID?: unknown
  FROM_APPID?: unknown
}

/** OPENIDs are opaque; anything outside this alphabet could change the meaning of a path or policy. */
const OPENID_PATTERN = /^(?!\d+$)[A-Za-z0-9_-]{1,64}$/

/**
 * Reads the caller's identity and fails closed. The SDK's answer comes from the process environment,
 * which a warm instance may still hold from the call before; so it must agree with what this call's own
 * context says. Nothing is ever taken from the event.
 *
 * @param context the second argument of the function's `main`
 * @throws FunctionFault `KitNoIdentity`
 */
export function readCaller(event: unknown, context: unknown, wxContext: WXContext): Caller {
  const refuse = (why: string): never => {
    throw new FunctionFault('KitNoIdentity', `the caller cannot be verified: ${why}`)
  }
  if (isForeignTrigger(event)) return refuse('this is not a call from a mini program')
  const variables = variablesOfCall(context)
  if (!variables) return refuse('the call has no context of its own')
  if (variables.TRIGGER_SRC === 'timer') return refuse('a timer has no user')
  if (variables.WX_FROM_OPENID !== undefined || variables.WX_FROM_APPID !== undefined) {
    return refuse('calls through shared resources are not accepted')
  }
  const openid = variables.WX_OPENID
  if (openid === undefined) return refuse('no user is signed in')
  // A number, where the SDK has turned digits into one, is not the text it came from.
  if (typeof wxContext.OPENID !== 'string') return refuse('the SDK reports no OPENID')
  if (openid !== wxContext.OPENID) return refuse('the SDK reports another user than this call')
  if (!OPENID_PATTERN.test(openid)) return refuse('the OPENID has an unexpected form')
  return { openid, appid: String(variables.WX_APPID ?? '') }
}

/** HTTP access and timers put their own marks into the event. */
function isForeignTrigger(event: unknown): boolean {
  if (typeof event !== 'object' || event === null) return false
  return 'httpMethod' in event || (event as { Type?: unknown }).Type === 'Timer'
}

/**
 * The variables of this call: `context.environment` is JSON text, the older `context.environ` a list
 * of `KEY=value;…`. Undefined when there is neither.
 */
function variablesOfCall(context: unknown): Record<string, string> | undefined {
  if (typeof context !== 'object' || context === null) return undefined
  const { environment, environ } = context as { environment?: unknown; environ?: unknown }
  const variables: Record<string, string> = Object.create(null)
  if (typeof environment === 'string') {
    try {
      const parsed: unknown = JSON.parse(environment)
      if (typeof parsed !== 'object' || parsed === null) return undefined
      for (const [name, value] of Object.entries(parsed)) {
        if (typeof value === 'string') variables[name] = value
      }
      return variables
    } catch {
      return undefined
    }
  }
  if (typeof environ !== 'string') return undefined
  for (const pair of environ.split(';')) {
    const at = pair.indexOf('=')
    if (at > 0) variables[pair.slice(0, at)] = pair.slice(at + 1)
  }
  return variables
}
