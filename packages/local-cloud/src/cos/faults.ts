import type { IncomingMessage } from 'node:http'
import type { OperationName } from '@miniprogram-cos/protocol'
import { Throttle, throttled } from './body'
import { COS_ERRORS, type CosErrorCode, CosServiceError } from './errors'
import { bytesOf, type CosResponse } from './response'

/** A fault to inject. */
export type FaultAction =
  /** Delays the response. */
  | { kind: 'latency'; milliseconds: number }
  /** Closes the connection: before the request is served, while its body is read, or before the response. */
  | { kind: 'drop'; when: 'before' | 'during' | 'after' }
  /** Responds with an error of COS instead: `InternalError`, `SlowDown`, `ExpiredToken` … */
  | { kind: 'error'; code: CosErrorCode }
  /** Closes the connection after `bytes` bytes of the response's body. */
  | { kind: 'truncate'; bytes: number }
  /** Shifts the `Date` header. */
  | { kind: 'date'; seconds: number }
  /** Limits the bandwidth of request and response bodies, for each request or, with `shared`, for all together. */
  | { kind: 'bandwidth'; bytesPerSecond: number; shared?: boolean }

/** A fault, and the requests that get it. All conditions must hold. */
export interface FaultRule {
  action: FaultAction
  /** @default all operations */
  operation?: OperationName
  /** Only the n-th matching request, counted from 1. */
  nth?: number
  /** The share of matching requests, 0 to 1, chosen by the plan's seed. @default 1 */
  share?: number
  /** Maximum number of requests that get the fault. @default no limit */
  times?: number
}

export interface FaultPlanOptions {
  rules: FaultRule[]
  /** Seed of `share`: the same seed and requests result in the same faults. @default 1 */
  seed?: number
}

const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value)
const isOneOf = (values: readonly string[]) => (value: unknown) => values.includes(String(value))

/** The field that each kind of action requires, and what it must be. */
const FIELDS: Record<
  FaultAction['kind'],
  { field: string; is: (value: unknown) => boolean; expected: string }
> = {
  latency: { field: 'milliseconds', is: isNumber, expected: 'a number' },
  truncate: { field: 'bytes', is: isNumber, expected: 'a number' },
  date: { field: 'seconds', is: isNumber, expected: 'a number' },
  bandwidth: { field: 'bytesPerSecond', is: isNumber, expected: 'a number' },
  error: { field: 'code', is: isOneOf(Object.keys(COS_ERRORS)), expected: 'an error code of COS' },
  drop: {
    field: 'when',
    is: isOneOf(['before', 'during', 'after']),
    expected: 'before, during or after',
  },
}

/**
 * Checks a plan that was read from a file or a request.
 * @throws Error that names the invalid field
 */
export function checkPlan(plan: Partial<FaultPlanOptions>): FaultPlanOptions {
  const { rules, ...rest } = plan
  if (!Array.isArray(rules)) throw new Error('the plan needs a list "rules"')
  for (const [i, rule] of rules.entries()) {
    const action: Record<string, unknown> = { ...rule?.action }
    const kind = String(action.kind)
    if (!Object.hasOwn(FIELDS, kind)) {
      throw new Error(`rules[${i}].action.kind must be one of ${Object.keys(FIELDS).join(', ')}`)
    }
    const { field, is, expected } = FIELDS[kind as FaultAction['kind']]
    if (!is(action[field])) {
      throw new Error(`rules[${i}].action.${field} must be ${expected}, got "${action[field]}"`)
    }
  }
  return { rules, ...rest }
}

interface CountedRule {
  rule: FaultRule
  /** Requests of the rule's operation. */
  matched: number
  /** Requests that got the fault. */
  applied: number
}

/** Decides which faults each request gets. */
export class FaultPlan {
  #rules: CountedRule[] = []
  #random: () => number = seededRandom(1)

  constructor(options: FaultPlanOptions = { rules: [] }) {
    this.set(options)
  }

  /** Replaces all rules and restarts counting. */
  set({ rules, seed = 1 }: FaultPlanOptions): void {
    this.#rules = rules.map((rule) => ({ rule, matched: 0, applied: 0 }))
    this.#random = seededRandom(seed)
  }

  get rules(): FaultRule[] {
    return this.#rules.map(({ rule }) => rule)
  }

  /** The faults of the next request of an operation. */
  next(operation: OperationName | 'unknown'): FaultAction[] {
    const actions: FaultAction[] = []
    for (const counted of this.#rules) {
      const { rule } = counted
      if (rule.operation !== undefined && rule.operation !== operation) continue
      counted.matched++
      if (rule.nth !== undefined && counted.matched !== rule.nth) continue
      if (rule.times !== undefined && counted.applied >= rule.times) continue
      if (rule.share !== undefined && this.#random() >= rule.share) continue
      counted.applied++
      actions.push(rule.action)
    }
    return actions
  }
}

/** mulberry32, a small seeded generator. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Thrown to close the connection without a response. */
export class ConnectionDropped extends Error {}

/** Applies the faults that come before the operation. @throws CosServiceError, ConnectionDropped */
export async function applyBefore(actions: FaultAction[], raw: IncomingMessage): Promise<void> {
  for (const action of actions) {
    if (action.kind === 'latency') {
      await new Promise((resolve) => setTimeout(resolve, action.milliseconds))
    } else if (action.kind === 'error') {
      throw new CosServiceError(action.code)
    } else if (action.kind === 'drop' && action.when === 'before') {
      throw new ConnectionDropped()
    } else if (action.kind === 'drop' && action.when === 'during') {
      raw.once('data', () => raw.destroy())
    }
  }
}

/** Applies the faults that change the response. @throws ConnectionDropped */
export function applyAfter(
  actions: FaultAction[],
  response: CosResponse,
  now: number,
): CosResponse {
  let changed = response
  for (const action of actions) {
    const { body, headers } = changed
    if (action.kind === 'drop') throw new ConnectionDropped()
    if (action.kind === 'date') {
      const date = new Date(now + action.seconds * 1000).toUTCString()
      changed = { ...changed, headers: { ...headers, Date: date } }
    } else if (action.kind === 'truncate' && body !== undefined) {
      const isWhole = typeof body === 'string' || Buffer.isBuffer(body)
      // The announced length is that of the complete body.
      const completeHeaders = isWhole
        ? { 'Content-Length': Buffer.byteLength(body), ...headers }
        : headers
      changed = {
        ...changed,
        ...(completeHeaders ? { headers: completeHeaders } : {}),
        body: truncated(bytesOf(body), action.bytes),
      }
    } else if (action.kind === 'bandwidth' && body !== undefined && typeof body !== 'string') {
      changed = { ...changed, body: throttled(bytesOf(body), createThrottles([action])) }
    }
  }
  return changed
}

const sharedThrottles = new WeakMap<FaultAction, Throttle>()

/** The bandwidth limits of faults. A shared limit is the same instance for all requests of its rule. */
export function createThrottles(actions: FaultAction[]): Throttle[] {
  return actions.flatMap((action) => {
    if (action.kind !== 'bandwidth') return []
    const throttle = sharedThrottles.get(action) ?? new Throttle(action.bytesPerSecond)
    if (action.shared) sharedThrottles.set(action, throttle)
    return [throttle]
  })
}

async function* truncated(
  source: AsyncIterable<Uint8Array>,
  bytes: number,
): AsyncGenerator<Uint8Array> {
  let remaining = bytes
  for await (const chunk of source) {
    yield chunk.subarray(0, remaining)
    remaining -= chunk.length
    if (remaining <= 0) break
  }
  throw new ConnectionDropped()
}
