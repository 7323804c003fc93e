import { createHash } from 'node:crypto'
import type { TemporaryKey } from '@miniprogram-cos/protocol'
import { FunctionError } from './errors'
import { type PolicyDocument, serializePolicy } from './policy'
import { type Environment, fetchTemporaryKey, readStsAccess } from './sts'

/** Before the second try; STS's limit is counted by the second. */
const RETRY_MILLISECONDS = 300

/**
 * A key that signs uploads of one object and never leaves the function counts a tenth of one that is issued: ten times
 * as many uploads a minute as `keysPerMinute`.
 */
const ONE_OBJECT_COST = 0.1

interface KeySourceOptions {
  region: string
  keySeconds: number
  keysPerMinute: number
}

/** Keys for callers: from the cache of the warm instance or from STS, and limited per caller. */
export class KeySource {
  readonly #options: KeySourceOptions
  readonly #environment: Environment
  readonly #cache = new KeyCache()
  /** Apart, so that many uploads do not displace the keys for folders. */
  readonly #objectCache = new KeyCache()
  readonly #limiter: CallerLimiter

  constructor(options: KeySourceOptions, environment: Environment) {
    this.#options = options
    this.#environment = environment
    this.#limiter = new CallerLimiter(options.keysPerMinute)
  }

  /**
   * A key of this caller that permits what the policy says.
   * @param seconds for how long it must still be valid; capped at half of a new key's life
   * @param isForOneObject the key signs uploads of one object. @default false
   * @throws FunctionError
   */
  async keyFor(
    openid: string,
    policy: PolicyDocument,
    seconds: number,
    { isForOneObject = false } = {},
  ): Promise<{ key: TemporaryKey; isCached: boolean }> {
    const text = serializePolicy(policy)
    const cache = isForOneObject ? this.#objectCache : this.#cache
    return cache.get(openid, text, Math.min(seconds, this.#options.keySeconds / 2), () => {
      this.#limiter.take(openid, isForOneObject ? ONE_OBJECT_COST : 1)
      return this.#fetch(auditName(openid), text)
    })
  }

  /** Retries once where that can help. */
  async #fetch(name: string, policy: string): Promise<TemporaryKey> {
    const { region, keySeconds } = this.#options
    const access = readStsAccess(region, this.#environment)
    try {
      return await fetchTemporaryKey(access, name, policy, keySeconds)
    } catch (error) {
      if (!(error instanceof FunctionError && error.details.retryable)) throw error
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS))
      return fetchTemporaryKey(access, name, policy, keySeconds)
    }
  }
}

/**
 * The `Name` of a caller's keys in Tencent's audit log: letters only, as STS requires, the same for the same user, and
 * not reversible to the OPENID.
 */
export function auditName(openid: string): string {
  const hex = createHash('sha256').update(openid).digest('hex').slice(0, 24)
  return hex.replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)))
}

/** Keys of one warm instance; the least recently used is dropped first. */
const MAX_KEYS = 1000

/**
 * The keys that a warm instance has fetched, by caller and policy: the key of another caller or another policy is
 * never found. Concurrent calls share one fetch.
 */
export class KeyCache {
  readonly #keys = new Map<string, Promise<TemporaryKey>>()
  readonly #now: () => number

  /** @param now Unix seconds */
  constructor(now: () => number = () => Date.now() / 1000) {
    this.#now = now
  }

  /**
   * @param seconds for how long the key must still be valid
   * @returns the key, and whether it was cached
   */
  async get(
    who: string,
    policy: string,
    seconds: number,
    fetch: () => Promise<TemporaryKey>,
  ): Promise<{ key: TemporaryKey; isCached: boolean }> {
    // No OPENID contains a line break.
    const name = `${who}\n${policy}`
    for (;;) {
      const cached = this.#keys.get(name)
      if (!cached) break
      const key = await cached
      const isValid = key.expiredTime - this.#now() >= seconds
      if (this.#keys.get(name) === cached) this.#keys.delete(name)
      if (!isValid) continue
      this.#keys.set(name, cached)
      return { key, isCached: true }
    }
    const fetching = fetch()
    setNewest(this.#keys, name, fetching, MAX_KEYS)
    try {
      return { key: await fetching, isCached: false }
    } catch (error) {
      if (this.#keys.get(name) === fetching) this.#keys.delete(name)
      throw error
    }
  }
}

const MAX_CALLERS = 10_000

/** A token bucket. */
interface Bucket {
  tokens: number
  /** When they were counted, in Unix seconds. */
  at: number
}

/**
 * Limits how often one caller gets something, such as a new key: a token bucket for each, which refills steadily. It counts per warm
 * instance, and keeps a single phone from using up the account's 600 STS calls a second.
 */
export class CallerLimiter {
  readonly #perMinute: number
  readonly #what: string
  readonly #now: () => number
  readonly #callers = new Map<string, Bucket>()

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
