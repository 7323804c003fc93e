import type { CosError } from '@miniprogram-cos/protocol'
import { sleep } from '../concurrency'
import { whenReady } from '../wx/transfer'
import { asCosError } from './errors'

/** Delays before the next attempt, in milliseconds; each is shortened at random by up to half. */
const DELAYS = [0, 300, 1000, 3000]

/** What follows a failed attempt: nothing more, another attempt immediately, or another after a delay. */
export type RetryDecision = 'fail' | 'now' | 'later'

export interface RetryOptions {
  /** Maximum number of attempts. @default 4 */
  _tries?: number | undefined
  /**
   * Called before the delay. `hadToWait`: the app was in the background or offline, which explains the failure; such an
   * attempt does not count.
   */
  _onRetry?: (hadToWait: boolean) => void
}

/**
 * Repeats an attempt until it succeeds or `decide` says that a further one cannot help.
 * @throws CosError the last failure
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  decide: (failure: CosError) => RetryDecision,
  { _tries: tries = DELAYS.length, _onRetry: onRetry }: RetryOptions = {},
): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt()
    } catch (error) {
      const failure = asCosError(error)
      const decision = decide(failure)
      if (decision === 'fail') throw failure
      if (decision === 'now') continue
      const hadToWait = failure.kind === 'network' && (await whenReady())
      if (hadToWait) count--
      if (count >= tries) throw failure
      if (onRetry) onRetry(hadToWait)
      await sleep((DELAYS[Math.min(count, 3)] as number) * (1 - Math.random() / 2))
    }
  }
}
