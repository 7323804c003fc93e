import type { TemporaryKey } from '@miniprogram-cos/protocol'

/** Entries of one warm instance; the one unused for longest goes first. */
const MAX_ENTRIES = 1000

/**
 * The keys a warm instance has fetched, by caller and policy: another caller's or another policy's is
 * never found. Who asks while a key is on its way waits for that one.
 */
export class KeyCache {
  readonly #keys = new Map<string, Promise<TemporaryKey>>()
  readonly #now: () => number

  /** @param now Unix seconds */
  constructor(now: () => number = () => Date.now() / 1000) {
    this.#now = now
  }

  /**
   * @param seconds how long the key must still live
   * @returns the key, and whether it was there already
   */
  async get(
    who: string,
    policy: string,
    seconds: number,
    fetch: () => Promise<TemporaryKey>,
  ): Promise<{ key: TemporaryKey; isCached: boolean }> {
    // No OPENID has a line break in it.
    const name = `${who}\n${policy}`
    for (;;) {
      const known = this.#keys.get(name)
      if (!known) break
      const key = await known
      const isAlive = key.expiredTime - this.#now() >= seconds
      if (this.#keys.get(name) === known) this.#keys.delete(name)
      if (!isAlive) continue
      this.#keys.set(name, known)
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
