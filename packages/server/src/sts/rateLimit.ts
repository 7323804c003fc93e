import { FunctionError } from '../errors'

const MAX_CALLERS = 10_000

/** A token bucket. */
interface Bucket {
  tokens: number
  /** When they were counted, in Unix seconds. */
  at: number
}

/**
 * Limits how many new keys one caller gets: a token bucket for each, which refills steadily. It counts per warm
 * instance, and keeps a single phone from using up the account's 600 STS calls a second.
 */
export class CallerLimiter {
  readonly #perMinute: number
  readonly #now: () => number
  readonly #callers = new Map<string, Bucket>()

  /** @param now Unix seconds */
  constructor(perMinute: number, now: () => number = () => Date.now() / 1000) {
    this.#perMinute = perMinute
    this.#now = now
  }

  /** Takes one token of a caller. @throws FunctionError `KitTooManyRequests` with `retryAfter` */
  take(who: string): void {
    const now = this.#now()
    const { tokens, at } = this.#callers.get(who) ?? { tokens: this.#perMinute, at: now }
    const perSecond = this.#perMinute / 60
    const refilled = Math.min(this.#perMinute, tokens + Math.max(0, now - at) * perSecond)
    this.#callers.delete(who)
    this.#callers.set(who, { tokens: refilled < 1 ? refilled : refilled - 1, at: now })
    this.#dropOldest()
    if (refilled >= 1) return
    const retryAfter = Math.ceil((1 - refilled) / perSecond)
    throw new FunctionError(
      'KitTooManyRequests',
      `429: more than ${this.#perMinute} new keys in a minute; again in ${retryAfter} s`,
      { retryable: true, retryAfter },
    )
  }

  #dropOldest(): void {
    for (const oldest of this.#callers.keys()) {
      if (this.#callers.size <= MAX_CALLERS) break
      this.#callers.delete(oldest)
    }
  }
}
