/** Who calls a function, as the platform knows it; nothing here comes from the event. */
export interface Caller {
  openid?: string
  appid?: string
  unionid?: string
  /** `wx_client`, `wx_devtools`, `wx_http`, `wx_trigger` … */
  source?: string
}

/** What the platform tells a function about one call, besides the event. */
export interface FunctionContext {
  request_id: string
  function_name: string
  function_version: '$LATEST'
  namespace: string
  memory_limit_in_mb: number
  time_limit_in_ms: number
  /** `KEY=value;KEY=value`, the older form. */
  environ: string
  /** The same as JSON text. */
  environment: string
}

export interface CallPlace {
  functionName: string
  env: string
  region: string
  timeoutMs: number
  requestId: string
}

/** Variables of one call: those of the WeChat platform, and the list that switches getWXContext on. */
export function callVariables(caller: Caller, place: CallPlace): Record<string, string> {
  const own: Record<string, string> = {}
  if (caller.appid !== undefined) own.WX_APPID = caller.appid
  if (caller.openid !== undefined) own.WX_OPENID = caller.openid
  if (caller.unionid !== undefined) own.WX_UNIONID = caller.unionid
  const isTimer = caller.source === 'wx_trigger'
  return {
    ...own,
    // A call without any identity brings no list either: what an earlier call set stays as it was.
    ...(Object.keys(own).length > 0 ? { WX_CONTEXT_KEYS: Object.keys(own).join(',') } : {}),
    TCB_ENV: place.env,
    TCB_SEQID: place.requestId,
    TCB_SOURCE: caller.source ?? 'wx_client',
    TRIGGER_SRC: isTimer ? 'timer' : 'tcb',
    TCB_CONTEXT_KEYS: 'TCB_ENV,TCB_SEQID,TRIGGER_SRC,TCB_SOURCE',
    SCF_NAMESPACE: place.env,
  }
}

/** The second argument of a function's `main`. */
export function functionContext(
  variables: Record<string, string>,
  place: CallPlace,
): FunctionContext {
  return {
    request_id: place.requestId,
    function_name: place.functionName,
    function_version: '$LATEST',
    namespace: place.env,
    memory_limit_in_mb: 256,
    time_limit_in_ms: place.timeoutMs,
    environ: Object.entries(variables)
      .map(([name, value]) => `${name}=${value}`)
      .join(';'),
    environment: JSON.stringify(variables),
  }
}

/**
 * The event as the function sees it. The platform adds `userInfo` to a mini program's call; whatever
 * the client put there is replaced, or removed when there is no user.
 */
export function deliveredEvent(event: unknown, caller: Caller): unknown {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return event
  const { userInfo: _, ...own } = event as Record<string, unknown>
  if (caller.openid === undefined) return own
  return { ...own, userInfo: { appId: caller.appid ?? '', openId: caller.openid } }
}
