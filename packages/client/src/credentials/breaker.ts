import { type CosError, cosError } from '@miniprogram-cos/protocol'
import { asCosError } from '../request/failures'

/** Failures in a row after which the provider is left alone. */
const MOST_FAILURES = 3
/** Milliseconds for which it is, at first and at most. */
const COOL_DOWN = 2000
const MOST_COOL_DOWN = 60_000

/**
 * A circuit breaker: a provider that cannot be reached is not called again for every file that waits. After three
 * failures in a row, calls end at once with the last error, for a while that doubles with every further failure.
 * What the provider refuses by itself, such as a key that the caller may not write, is no failure of this kind.
 */
export function createBreaker() {
  let failures = 0
  let last: CosError | undefined
  let until = 0
  return async <T>(call: () => Promise<T>): Promise<T> => {
    const wait = until - Date.now()
    if (last && wait > 0) {
      const { kind, code, message, cause } = last
      const seconds = Math.ceil(wait / 1000)
      const told = `${message} (not called again for ${seconds} s, after ${failures} failures in a row)`
      throw cosError(kind, code, told, { cause })
    }
    try {
      const answer = await call()
      failures = 0
      return answer
    } catch (error) {
      last = asCosError(error)
      if (isOutage(last) && ++failures >= MOST_FAILURES) {
        const doubled = COOL_DOWN * 2 ** (failures - MOST_FAILURES)
        until = Date.now() + Math.min(doubled, MOST_COOL_DOWN)
      }
      throw error
    }
  }
}

/** Whether nobody answered: WeChat could not make the call, or it took too long. */
const isOutage = ({ code, cause }: CosError) =>
  code === 'KitFunctionFailed' ||
  (code === 'KitAuthorizationFailed' && (!cause || Boolean((cause as { errMsg?: string }).errMsg)))
