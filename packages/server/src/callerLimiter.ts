import { FunctionError } from './errors'

const MAX_CALLERS = 10_000

interface TokenBucket {
  tokens: number
  /** When they were counted, in Unix seconds. */
  at: number
}

/**
 * Limits how often one caller gets something, such as a new key: a token bucket for each, which refills steadily. It
 * counts per warm instance, and keeps a single phone from using up the account's 600 STS calls a second.
 */
export class CallerLimiter {
  readonly #perMinute: number
  readonly #what: string
  readonly #now: () => number
  readonly #callers = new Map<string, TokenBucket>()

  /**
   * @param now Unix seconds
   * @param what is limited, for the message
   */
  constructor(perMinute: number, now: () => number = () => Date.now() / 1000, what = 'new keys') {
    this.#perMinute = perMinute
    this.#what = what
    this.#now = now
  }

  /**
   * Takes tokens of a caller.
   * @param cost 1 for a key that is issued
   * @throws FunctionError `KitTooManyRequests` with `retryAfter`
   */
  take(who: string, cost = 1): void {
    const now = this.#now()
    const { tokens, at } = this.#callers.get(who) ?? { tokens: this.#perMinute, at: now }
    const perSecond = this.#perMinute / 60
    const refilled = Math.min(this.#perMinute, tokens + Math.max(0, now - at) * perSecond)
    const left = refilled < cost ? refilled : refilled - cost
    setNewest(this.#callers, who, { tokens: left, at: now }, MAX_CALLERS)
    if (refilled >= cost) return
    const retryAfter = Math.ceil((cost - refilled) / perSecond)
    throw new FunctionError(
      'KitTooManyRequests',
      `more than ${this.#perMinute} ${this.#what} in a minute: retry in ${retryAfter} s`,
      { retryable: true, retryAfter },
    )
  }
}

/** Sets an entry of a map as its newest, and drops the oldest ones beyond a limit. */
export function setNewest<Value>(
  map: Map<string, Value>,
  key: string,
  value: Value,
  limit: number,
): void {
  map.delete(key)
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= limit) break
    map.delete(oldest)
  }
}
