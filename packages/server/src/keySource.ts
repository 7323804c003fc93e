import { createHash } from 'node:crypto'
import type { TemporaryKey } from '@miniprogram-cos/protocol'
import { CallerLimiter, setNewest } from './callerLimiter'
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

/** What a caller gets from STS. */
interface IssuedCredentials {
  credentials: TemporaryKey
  isCached: boolean
}

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
   * Credentials of this caller that permit what the policy says.
   * @param seconds for how long it must still be valid; capped at half of a new key's life
   * @param isForOneObject the key signs uploads of one object. @default false
   * @throws FunctionError
   */
  async credentialsFor(
    openid: string,
    policy: PolicyDocument,
    seconds: number,
    { isForOneObject = false } = {},
  ): Promise<IssuedCredentials> {
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
  ): Promise<IssuedCredentials> {
    // No OPENID contains a line break.
    const name = `${who}\n${policy}`
    for (;;) {
      const cached = this.#keys.get(name)
      if (!cached) break
      const credentials = await cached
      const isValid = credentials.expiredTime - this.#now() >= seconds
      if (this.#keys.get(name) === cached) this.#keys.delete(name)
      if (!isValid) continue
      this.#keys.set(name, cached)
      return { credentials, isCached: true }
    }
    const fetching = fetch()
    setNewest(this.#keys, name, fetching, MAX_KEYS)
    try {
      return { credentials: await fetching, isCached: false }
    } catch (error) {
      if (this.#keys.get(name) === fetching) this.#keys.delete(name)
      throw error
    }
  }
}
