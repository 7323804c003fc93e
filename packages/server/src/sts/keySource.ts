import type { TemporaryKey } from '@miniprogram-cos/protocol'
import type { PolicyDocument } from '../policy/compilePolicy'
import { policyText } from '../policy/policyText'
import { auditName } from './auditName'
import { CallerLimiter } from './callerLimiter'
import { fetchTemporaryKey } from './fetchTemporaryKey'
import { KeyCache } from './keyCache'
import { type Environment, stsAccess } from './stsAccess'

/** Before the second try; STS's limit is counted by the second. */
const RETRY_MILLISECONDS = 300

/** Keys for callers, from the warm cache or from STS, and no more than each may ask for. */
export class KeySource {
  readonly #region: string
  readonly #seconds: number
  readonly #environment: Environment
  readonly #cache = new KeyCache()
  readonly #limiter: CallerLimiter

  constructor({ region, keySeconds, keysPerMinute }: KeySourceOptions, environment: Environment) {
    this.#region = region
    this.#seconds = keySeconds
    this.#environment = environment
    this.#limiter = new CallerLimiter(keysPerMinute)
  }

  /**
   * A key of this caller that permits what the policy says.
   * @param remaining seconds it must still live; at most half of a new key's life
   * @throws FunctionFault
   */
  async keyFor(
    openid: string,
    policy: PolicyDocument,
    remaining: number,
  ): Promise<{ key: TemporaryKey; isCached: boolean }> {
    const text = policyText(policy)
    return this.#cache.get(openid, text, Math.min(remaining, this.#seconds / 2), () => {
      this.#limiter.take(openid)
      return this.#fetch(auditName(openid), text)
    })
  }

  /** Once more where that can help, and nowhere else. */
  async #fetch(name: string, policy: string): Promise<TemporaryKey> {
    const access = stsAccess(this.#region, this.#environment)
    try {
      return await fetchTemporaryKey(access, name, policy, this.#seconds)
    } catch (error) {
      if (!(error as { details?: { retryable?: boolean } }).details?.retryable) throw error
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS))
      return fetchTemporaryKey(access, name, policy, this.#seconds)
    }
  }
}

export interface KeySourceOptions {
  region: string
  keySeconds: number
  keysPerMinute: number
}
