/**
 * Runs tasks with at most `limit` at a time. The first failure stops new ones, and is thrown once those
 * under way have ended. `giveUp` may end those: what they fail with then is not what is thrown.
 */
export async function runPool<T>(
  items: readonly T[],
  limit: number,
  run: (item: T) => Promise<void>,
  giveUp?: () => void,
): Promise<void> {
  let next = 0
  let failed = false
  let failure: unknown
  const worker = async () => {
    while (!failed && next < items.length) {
      const item = items[next++] as T
      try {
        await run(item)
      } catch (error) {
        if (failed) continue
        failed = true
        failure = error
        giveUp?.()
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  if (failed) throw failure
}
