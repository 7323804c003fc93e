import { FunctionFault } from '../functionFault'

const MAX_CALLERS = 10_000

interface Allowance {
  left: number
  /** Unix seconds. */
  at: number
}

/**
 * How much one caller may ask for: an allowance that refills steadily. Of one warm instance only; it
 * keeps a single phone from using up the account's 600 STS calls a second.
 */
export class CallerLimiter {
  readonly #perMinute: number
  readonly #now: () => number
  readonly #callers = new Map<string, Allowance>()

  /** @param now Unix seconds */
  constructor(perMinute: number, now: () => number = () => Date.now() / 1000) {
    this.#perMinute = perMinute
    this.#now = now
  }

  /** Takes one from a caller's allowance. @throws FunctionFault `KitTooManyRequests` with `retryAfter` */
  take(who: string): void {
    const now = this.#now()
    const { left, at } = this.#callers.get(who) ?? { left: this.#perMinute, at: now }
    const perSecond = this.#perMinute / 60
    const refilled = Math.min(this.#perMinute, left + Math.max(0, now - at) * perSecond)
    this.#callers.delete(who)
    this.#callers.set(who, { left: refilled < 1 ? refilled : refilled - 1, at: now })
    this.#forgetOldest()
    if (refilled >= 1) return
    const retryAfter = Math.ceil((1 - refilled) / perSecond)
    throw new FunctionFault(
      'KitTooManyRequests',
      `429: more than ${this.#perMinute} new keys in a minute; again in ${retryAfter} s`,
      { retryable: true, retryAfter },
    )
  }

  #forgetOldest(): void {
    for (const oldest of this.#callers.keys()) {
      if (this.#callers.size <= MAX_CALLERS) break
      this.#callers.delete(oldest)
    }
  }
}
