import { CosError, type Refusal } from '@miniprogram-cos/protocol'
import type { CheckedConfig } from './config'
import { FunctionError } from './errors'
import { type Grant, grantsOf, ownPrefix, type Principal } from './grants'
import { principalOf, readCaller, type WXContext } from './identity'
import { auditName } from './keySource'

/** The arguments that the platform passes to a function. */
export interface Invocation {
  event: unknown
  context: unknown
  wxContext: WXContext
}

/** A call whose caller has been verified. */
export interface Call extends Principal {
  /** The request. It never says who the caller is. */
  event: Record<string, unknown>
  grants: Grant[]
  /** The caller's own folder, with its last slash. */
  prefix: string
  /** The caller as wx-server-sdk reports them, which is what was verified. */
  wxContext: WXContext
  /** The log entry of the call, to be completed. */
  log: Partial<LogEntry>
}

/** The log entry of one call: without keys, tokens and OPENIDs, and without the object key, which contains an OPENID. */
interface LogEntry {
  fn: string
  /** The caller as a hash: the name their keys have in Tencent's audit log. */
  who?: string
  /** The kind of request: `key`, `scope`, `paths`, `create`, `form`, `place`, `confirm`, `usage`, `trash`, or an operation. */
  what?: string
  /** `ok`, or the code of the error. */
  outcome: string
  /** Pattern of the access rule that refused it. */
  rule?: string
  /** Whether the key came from the cache. */
  cached?: boolean
  /** Name of an unexpected error, or of the error of a hook. */
  error?: string
  ms: number
  /** The platform's id of the call. */
  requestId: string
  /** STS's id of the call that issued the key. */
  stsRequestId?: string
}

/**
 * Runs one call of a function: verifies the caller, answers, and writes one log entry. Errors are returned as
 * `{ error }`; unexpected ones without details.
 */
export async function handleInvocation<Result>(
  fn: string,
  { event, context, wxContext }: Invocation,
  config: CheckedConfig,
  answer: (call: Call) => Promise<Result>,
): Promise<Result | Refusal> {
  const started = Date.now()
  const log: Partial<LogEntry> = {}
  let outcome = 'ok'
  try {
    const caller = readCaller(event, context, wxContext, config.appid)
    log.who = auditName(caller.openid)
    const principal = principalOf(caller, config.groups)
    const grants = grantsOf(config.rules, principal)
    const prefix = ownPrefix(config.rules, caller.openid)
    return await answer({ ...principal, event: readEvent(event), grants, prefix, wxContext, log })
  } catch (thrown) {
    const error = toFunctionError(thrown)
    outcome = error.code
    if (error.code === 'KitInternal') log.error = thrown instanceof Error ? thrown.name : 'unknown'
    if (error.code === 'KitHookFailed') log.error = error.message
    if (error.details.rule) log.rule = error.details.rule
    if (error.details.stsRequestId) log.stsRequestId = error.details.stsRequestId
    return error.toRefusal()
  } finally {
    const ms = Date.now() - started
    const entry: LogEntry = { fn, ...log, outcome, ms, requestId: requestIdOf(context) }
    // One line of JSON, as the platform's log search reads it.
    console.log(JSON.stringify(entry))
  }
}

function toFunctionError(thrown: unknown): FunctionError {
  if (thrown instanceof FunctionError) return thrown
  // The protocol refuses invalid input of the caller. Any other error is a defect, and its message is not shown.
  return thrown instanceof CosError && thrown.kind === 'argument'
    ? new FunctionError('KitBadRequest', thrown.message)
    : new FunctionError('KitInternal', 'the function failed', { retryable: true })
}

/** The event without `userInfo`, which looks like an identity and is not one. */
function readEvent(event: unknown): Record<string, unknown> {
  if (event === undefined || event === null) return {}
  if (typeof event !== 'object' || Array.isArray(event)) {
    throw new FunctionError('KitBadRequest', 'the event must be an object')
  }
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'userInfo'))
}

function requestIdOf(context: unknown): string {
  const { request_id: id }: { request_id?: unknown } = context ?? {}
  return typeof id === 'string' && /^[\w-]{1,64}$/.test(id) ? id : ''
}
