import { cosError, isCosError } from '@miniprogram-cos/protocol'
import { within } from '../pause'
import { textOf } from '../text/textOf'

/** A provider that has not answered by then never will. */
const PROVIDER_TIMEOUT = 60_000

/** Waits for the callback or the returned promise, whichever answers, and not for ever. */
export function callProvider(
  source: string,
  call: (callback: (first: unknown, second?: unknown) => void) => unknown,
): Promise<unknown> {
  const failed = (why: string, retryable: boolean, cause?: unknown) =>
    cosError('credentials', 'KitAuthorizationFailed', `${source} ${why}`, { retryable, cause })
  const answered = new Promise((resolve, reject) => {
    const fail = (error: unknown) =>
      reject(isCosError(error) ? error : failed(`failed: ${textOf(error)}`, true, error))
    try {
      const returned = call((first, second) => {
        // Error first, or the answer alone: an Error is none, nor is what a function of wx fails with.
        const { stack, errMsg } = (first || {}) as { stack?: string; errMsg?: string }
        if (stack || /:fail/.test(errMsg as string)) fail(first)
        else resolve(first ?? second)
      }) as PromiseLike<unknown> | undefined
      if (typeof returned?.then === 'function') {
        returned.then((answer) => {
          // An async function that answers by the callback returns nothing.
          if (answer !== undefined) resolve(answer)
        }, fail)
      }
    } catch (error) {
      fail(error)
    }
  })
  const late = `has not answered in ${PROVIDER_TIMEOUT / 1000} s`
  return within(PROVIDER_TIMEOUT, answered, () => Promise.reject(failed(late, false)))
}
