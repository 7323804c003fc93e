import { type CosError, cosError } from '@miniprogram-cos/protocol'
import { withTimeout } from '../concurrency'
import { asCosError } from '../request/errors'

/** Timeout of a provider, in milliseconds. */
const PROVIDER_TIMEOUT = 60_000

/** Consecutive failures after which the provider is not called for a while. */
const MAX_FAILURES = 3
/** Initial and maximum cool-down, in milliseconds. */
const COOL_DOWN = 2000
const MAX_COOL_DOWN = 60_000

/**
 * A circuit breaker with a timeout, so that an unreachable provider is not called for every queued file. After three
 * consecutive failures, calls fail immediately with the last error, for a cool-down that doubles with every further
 * failure. Refusals by the provider, such as a key that the caller may not write, do not count.
 */
export function createBreaker() {
  let failures = 0
  let lastError: CosError | undefined
  let openUntil = 0
  return async <T>(source: string, call: () => Promise<T>): Promise<T> => {
    const wait = openUntil - Date.now()
    if (lastError && wait > 0) {
      const { kind, code, message, cause } = lastError
      const seconds = Math.ceil(wait / 1000)
      const explained = `${message} (not called again for ${seconds} s, after ${failures} failures in a row)`
      throw cosError(kind, code, explained, { cause })
    }
    try {
      const answer = await withTimeout(PROVIDER_TIMEOUT, call(), () => {
        const message = `${source} has not answered in 60 s`
        return Promise.reject(cosError('credentials', 'KitAuthorizationFailed', message))
      })
      failures = 0
      return answer
    } catch (error) {
      lastError = asCosError(error)
      if (isOutage(lastError) && ++failures >= MAX_FAILURES) {
        const doubled = COOL_DOWN * 2 ** (failures - MAX_FAILURES)
        openUntil = Date.now() + Math.min(doubled, MAX_COOL_DOWN)
      }
      throw error
    }
  }
}

/** Whether the provider is unreachable: WeChat could not make the call, or it timed out. */
function isOutage({ code, cause }: CosError): boolean {
  // Without a cause, the provider timed out.
  const { errMsg = !cause }: { errMsg?: unknown } = cause || {}
  return code === 'KitFunctionFailed' || (code === 'KitAuthorizationFailed' && Boolean(errMsg))
}
