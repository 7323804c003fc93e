import { CosError, type Refusal } from '@miniprogram-cos/protocol'
import { type CheckedConfig, type CosConfig, checkConfig } from './config'
import { FunctionError } from './errors'
import { type Grant, grantsOf, ownPrefix, type Principal } from './grants'
import { principalOf, readCaller, type WXContext } from './identity'
import { auditName, KeySource } from './keySource'
import type { Rule } from './rules'
import { isServerName } from './serverNames'
import {
  BucketServices,
  type FunctionServices,
  type ServiceResponse,
} from './services/bucketServices'
import type { Environment } from './sts'

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
  rules: Rule[]
  /** Everything the rules grant the caller. */
  grants: Grant[]
  /** The caller's own folder, with its last slash. */
  prefix: string
  /** Whether the server chose a key's name for the caller. */
  isServerName: (key: string) => boolean
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

/** What a warm instance of a function keeps between calls. */
export interface FunctionInstance {
  config: CheckedConfig
  environment: Environment
  keys: KeySource
  services: BucketServices
}

/** Handles the calls of one warm instance. */
type FunctionHandler<Result> = (
  invocation: Invocation,
) => Promise<Result | ServiceResponse | Refusal>

/**
 * Creates the handler of a function, once per warm instance, which keeps keys and limits.
 *
 * @param environment the function's environment variables, `process.env`
 * @param services needed where rules have hooks, quotas or a trash
 * @throws Error for an invalid configuration
 */
export type CloudFunction<Result> = (
  config: CosConfig,
  environment: Environment,
  services?: FunctionServices,
) => FunctionHandler<Result>

/**
 * Defines a function that verifies the caller of each call, handles it, and writes one log entry. Errors are returned
 * as `{ error }`; unexpected ones without details.
 * @param issue handles a call that requests a key or a signature
 */
export const createFunction =
  <Result>(
    fn: string,
    issue: (call: Call, instance: FunctionInstance) => Promise<Result>,
  ): CloudFunction<Result> =>
  (given, environment, stores = {}) => {
    const config = checkConfig(given)
    const keys = new KeySource(config, environment)
    const services = new BucketServices(config, environment, stores)
    const instance = { config, environment, keys, services }
    return async ({ event, context, wxContext }) => {
      const started = Date.now()
      const log: Partial<LogEntry> = {}
      let outcome = 'ok'
      try {
        const caller = readCaller(event, context, wxContext, config.appid)
        log.who = auditName(caller.openid)
        const principal = principalOf(caller, config.groups)
        const call: Call = {
          ...principal,
          event: readEvent(event),
          rules: config.rules,
          grants: grantsOf(config.rules, principal),
          prefix: ownPrefix(config.rules, caller.openid),
          isServerName: (key) => isServerName(key, caller.openid, environment),
          wxContext,
          log,
        }
        return await (services.handle(call) ?? issue(call, instance))
      } catch (thrown) {
        const error = toFunctionError(thrown)
        outcome = error.code
        if (error.code === 'KitInternal') {
          log.error = thrown instanceof Error ? thrown.name : 'unknown'
        }
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
