/**
 * Runs tasks with at most `limit()` at a time, which may change meanwhile. The first failure stops new ones,
 * and is thrown once those under way have ended. `giveUp` may end those: what they fail with then is not
 * what is thrown.
 */
export function runPool<T>(
  items: readonly T[],
  limit: () => number,
  run: (item: T) => Promise<void>,
  giveUp?: () => void,
): Promise<void> {
  let next = 0
  let running = 0
  let failed: { failure: unknown } | undefined
  return new Promise((resolve, reject) => {
    const fail = (failure: unknown) => {
      if (failed) return
      failed = { failure }
      giveUp?.()
    }
    const goOn = () => {
      while (!failed && running < limit() && next < items.length) {
        running++
        void run(items[next++] as T)
          .catch(fail)
          .then(() => {
            running--
            goOn()
          })
      }
      if (running > 0) return
      if (failed) reject(failed.failure)
      else resolve()
    }
    goOn()
  })
}
