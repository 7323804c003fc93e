import type { OperationName } from '@miniprogram-cos/protocol'
import { FAULTS, type FaultCode } from '../answer/fault'

/** What goes wrong. */
export type FaultAction =
  /** The answer takes so much longer. */
  | { kind: 'latency'; milliseconds: number }
  /** The connection breaks: unread, while the body is read, or with the work done but not told. */
  | { kind: 'drop'; when: 'before' | 'during' | 'after' }
  /** An error of COS instead of the work: `InternalError`, `SlowDown`, `ExpiredToken` … */
  | { kind: 'error'; code: FaultCode }
  /** The answer's body ends after so many bytes of those announced. */
  | { kind: 'truncate'; bytes: number }
  /** The `Date` header is off. */
  | { kind: 'date'; seconds: number }
  /** Bodies pass at this pace, both ways: each on its connection, or all together. */
  | { kind: 'bandwidth'; bytesPerSecond: number; shared?: boolean }

/** Which requests a fault meets. All that is given must hold. */
export interface FaultRule {
  action: FaultAction
  /** @default every operation */
  operation?: OperationName
  /** Only the n-th request of these, counted from 1. */
  nth?: number
  /** This share of them, 0 to 1, chosen by the plan's seed. */
  share?: number
  /** At most so often. */
  times?: number
}

export interface FaultPlanOptions {
  rules: FaultRule[]
  /** The same seed and requests give the same faults. @default 1 */
  seed?: number
}

const KINDS = new Set(['latency', 'drop', 'error', 'truncate', 'date', 'bandwidth'])

/** @throws Error that says what is wrong with a plan that came from outside */
export function checkPlan(plan: Partial<FaultPlanOptions>): FaultPlanOptions {
  if (!Array.isArray(plan.rules)) throw new Error('the plan needs a list "rules"')
  for (const [i, rule] of plan.rules.entries()) {
    if (!KINDS.has(rule?.action?.kind)) {
      throw new Error(`rules[${i}].action.kind must be one of ${[...KINDS].join(', ')}`)
    }
    checkAction(rule.action, `rules[${i}].action`)
  }
  return plan as FaultPlanOptions
}

const NUMBERS: Partial<Record<FaultAction['kind'], string>> = {
  latency: 'milliseconds',
  truncate: 'bytes',
  date: 'seconds',
  bandwidth: 'bytesPerSecond',
}

function checkAction(action: FaultAction, at: string): void {
  const name = NUMBERS[action.kind]
  const value = name && (action as unknown as Record<string, unknown>)[name]
  if (name && !(typeof value === 'number' && Number.isFinite(value))) {
    throw new Error(`${at}.${name} must be a number`)
  }
  if (action.kind === 'error' && !Object.hasOwn(FAULTS, action.code)) {
    throw new Error(`${at}.code "${action.code}" is no error of COS`)
  }
  if (action.kind === 'drop' && !['before', 'during', 'after'].includes(action.when)) {
    throw new Error(`${at}.when must be before, during or after`)
  }
}

interface Counted {
  rule: FaultRule
  seen: number
  done: number
}

/** Decides, request by request, what goes wrong. */
export class FaultPlan {
  #rules: Counted[] = []
  #random: () => number = seeded(1)

  constructor(options: FaultPlanOptions = { rules: [] }) {
    this.set(options)
  }

  /** Replaces all rules; counting begins anew. */
  set({ rules, seed = 1 }: FaultPlanOptions): void {
    this.#rules = rules.map((rule) => ({ rule, seen: 0, done: 0 }))
    this.#random = seeded(seed)
  }

  get rules(): FaultRule[] {
    return this.#rules.map(({ rule }) => rule)
  }

  /** What meets the next request of an operation. */
  next(operation: OperationName | 'unknown'): FaultAction[] {
    const actions: FaultAction[] = []
    for (const counted of this.#rules) {
      const { rule } = counted
      if (rule.operation !== undefined && rule.operation !== operation) continue
      counted.seen++
      if (rule.nth !== undefined && counted.seen !== rule.nth) continue
      if (rule.times !== undefined && counted.done >= rule.times) continue
      if (rule.share !== undefined && this.#random() >= rule.share) continue
      counted.done++
      actions.push(rule.action)
    }
    return actions
  }
}

/** mulberry32: small, and good enough to choose requests. */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
