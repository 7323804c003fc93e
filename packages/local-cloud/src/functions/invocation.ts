import type { WorkerCall } from './worker'

/** The caller's identity, which the platform provides independently of the event. */
export interface Caller {
  openid?: string
  appid?: string
  unionid?: string
  /** `wx_client`, `wx_devtools`, `wx_http`, `wx_trigger` … */
  source?: string
}

/** The second argument of a function's `main`. */
interface FunctionContext {
  request_id: string
  function_name: string
  function_version: '$LATEST'
  namespace: string
  memory_limit_in_mb: number
  time_limit_in_ms: number
  /** `KEY=value;KEY=value` */
  environ: string
  /** The same as JSON. */
  environment: string
}

/** One call of a function. */
interface CallContext {
  functionName: string
  /** CloudBase environment id. */
  env: string
  timeoutMs: number
  requestId: string
}

/** What the platform passes to an instance for a call. */
export function workerCall(event: unknown, caller: Caller, call: CallContext): WorkerCall {
  const variables = callVariables(caller, call)
  return {
    event: deliveredEvent(event, caller),
    context: functionContext(variables, call),
    variables,
  }
}

/** The environment variables of a call. getWXContext reads those listed in WX_CONTEXT_KEYS. */
function callVariables(caller: Caller, call: CallContext): Record<string, string> {
  const identity: Record<string, string> = {}
  if (caller.appid !== undefined) identity.WX_APPID = caller.appid
  if (caller.openid !== undefined) identity.WX_OPENID = caller.openid
  if (caller.unionid !== undefined) identity.WX_UNIONID = caller.unionid
  const isTimer = caller.source === 'wx_trigger'
  return {
    ...identity,
    // For a call without an identity the platform does not set the list, so an earlier call's value remains.
    ...(Object.keys(identity).length > 0
      ? { WX_CONTEXT_KEYS: Object.keys(identity).join(',') }
      : {}),
    TCB_ENV: call.env,
    TCB_SEQID: call.requestId,
    TCB_SOURCE: caller.source ?? 'wx_client',
    TRIGGER_SRC: isTimer ? 'timer' : 'tcb',
    TCB_CONTEXT_KEYS: 'TCB_ENV,TCB_SEQID,TRIGGER_SRC,TCB_SOURCE',
    SCF_NAMESPACE: call.env,
  }
}

function functionContext(variables: Record<string, string>, call: CallContext): FunctionContext {
  return {
    request_id: call.requestId,
    function_name: call.functionName,
    function_version: '$LATEST',
    namespace: call.env,
    memory_limit_in_mb: 256,
    time_limit_in_ms: call.timeoutMs,
    environ: Object.entries(variables)
      .map(([name, value]) => `${name}=${value}`)
      .join(';'),
    environment: JSON.stringify(variables),
  }
}

/**
 * The event that the function receives. The platform sets `userInfo` for calls of mini programs, and removes a `userInfo`
 * that the client sent.
 */
function deliveredEvent(event: unknown, caller: Caller): unknown {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return event
  const { userInfo: _, ...fields } = event as Record<string, unknown>
  if (caller.openid === undefined) return fields
  return { ...fields, userInfo: { appId: caller.appid ?? '', openId: caller.openid } }
}
