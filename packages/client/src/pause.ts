declare const setTimeout: (run: () => void, milliseconds: number) => unknown
declare const clearTimeout: (timer: unknown) => void

/** Runs something after what is under way, or after so many milliseconds. */
export const defer = (run: () => void, milliseconds = 0): unknown => setTimeout(run, milliseconds)

/** Resolves after a while. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}

/** The outcome of something, or another one when that takes too long. */
export function within<T>(
  milliseconds: number,
  outcome: Promise<T>,
  late: () => T | Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(late()), milliseconds)
    void outcome.then(resolve, reject).then(() => clearTimeout(timer))
  })
}
