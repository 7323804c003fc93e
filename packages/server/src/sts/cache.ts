import type { TemporaryKey } from '@miniprogram-cos/protocol'

/** Entries of one warm instance; the least recently used is dropped first. */
const MAX_ENTRIES = 1000

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
    this.#keys.set(name, fetching)
    for (const oldest of this.#keys.keys()) {
      if (this.#keys.size <= MAX_ENTRIES) break
      this.#keys.delete(oldest)
    }
    try {
      return { key: await fetching, isCached: false }
    } catch (error) {
      if (this.#keys.get(name) === fetching) this.#keys.delete(name)
      throw error
    }
  }
}
