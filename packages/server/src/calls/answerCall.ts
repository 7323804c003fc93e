import { CosError, type Refusal } from '@miniprogram-cos/protocol'
import { type Claims, type Grant, grantsOf, homeOf } from '../access/grants'
import type { CheckedConfig } from '../config/checkConfig'
import { FunctionFault, refusalOf } from '../functionFault'
import { claimsOf } from '../identity/claimsOf'
import { readCaller, type WXContext } from '../identity/readCaller'
import { auditName } from '../sts/auditName'
import { type CallLine, writeCallLine } from './callLine'

/** What the platform hands a function. */
export interface Invocation {
  event: unknown
  context: unknown
  wxContext: WXContext
}

/** A call whose caller is known. */
export interface Call extends Claims {
  /** What was asked for; never who asks. */
  event: Record<string, unknown>
  grants: Grant[]
  /** The caller's own folder, with its last slash. */
  home: string
  /** What the log will say; filled in on the way. */
  line: Partial<CallLine>
}

/**
 * Runs one call of a function: who calls, what they ask, one line of log. Refusals come back as
 * `{ error }`; what is our own fault comes back without details.
 */
export async function answerCall<Result>(
  fn: string,
  { event, context, wxContext }: Invocation,
  config: CheckedConfig,
  answer: (call: Call) => Promise<Result>,
): Promise<Result | Refusal> {
  const started = Date.now()
  const line: Partial<CallLine> = {}
  let outcome = 'ok'
  try {
    const caller = readCaller(event, context, wxContext, config.appid)
    line.who = auditName(caller.openid)
    const claims = claimsOf(caller, config.groups)
    const grants = grantsOf(config.rules, claims)
    const home = homeOf(config.rules, caller.openid)
    return await answer({ ...claims, event: readEvent(event), grants, home, line })
  } catch (error) {
    const fault = faultOf(error)
    outcome = fault.code
    if (fault !== error) line.error = (error as Error | undefined)?.name ?? 'unknown'
    if (fault.details.rule) line.rule = fault.details.rule
    if (fault.details.stsRequestId) line.stsRequestId = fault.details.stsRequestId
    return refusalOf(fault)
  } finally {
    const ms = Date.now() - started
    writeCallLine({ fn, ...line, outcome, ms, requestId: requestIdOf(context) })
  }
}

/** A refusal as it is; what the protocol refuses of the caller's own words, as that; the rest without details. */
function faultOf(error: unknown): FunctionFault {
  if (error instanceof FunctionFault) return error
  if (error instanceof CosError && error.kind === 'argument') {
    return new FunctionFault('KitBadRequest', error.message)
  }
  return new FunctionFault('KitInternal', 'the function failed', { retryable: true })
}

/** What the caller asks. `userInfo` looks like an identity and is none: it is dropped. */
function readEvent(event: unknown): Record<string, unknown> {
  if (event === undefined || event === null) return {}
  if (typeof event !== 'object' || Array.isArray(event)) {
    throw new FunctionFault('KitBadRequest', 'the event must be an object')
  }
  const { userInfo: _, ...asked } = event as Record<string, unknown>
  return asked
}

function requestIdOf(context: unknown): string {
  const { request_id: id } = (context ?? {}) as { request_id?: unknown }
  return typeof id === 'string' && /^[\w-]{1,64}$/.test(id) ? id : ''
}
