import { type AbortSignalLike, type CosError, cosError } from '@miniprogram-cos/protocol'

declare const setTimeout: (run: () => void, milliseconds: number) => unknown
declare const clearTimeout: (timer: unknown) => void

/** Runs a function after the current code, or after a delay. */
export const defer = (run: () => void, milliseconds = 0): unknown => setTimeout(run, milliseconds)

/** Resolves after a delay. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}

/** Settles as the promise does, or as `onTimeout` does if the promise takes longer. */
export function withTimeout<T>(
  milliseconds: number,
  outcome: Promise<T>,
  onTimeout: () => T | Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(onTimeout()), milliseconds)
    void outcome.then(resolve, reject).then(() => clearTimeout(timer))
  })
}

/** The error of a call that the caller aborted. */
export const abortError = (): CosError => cosError('abort', 'KitAborted', 'aborted by the caller')

/** Runs an action; rejects if the caller's signal fires before or during it. */
export function unlessAborted<T>(
  signal: AbortSignalLike | undefined,
  run: () => Promise<T>,
  onAborted?: () => unknown,
): Promise<T> {
  if (!signal) return run()
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(abortError())
      if (onAborted) onAborted()
    }
    if (signal.aborted) return reject(abortError())
    signal.addEventListener('abort', onAbort)
    void run()
      .then(resolve, reject)
      .then(() => signal.removeEventListener('abort', onAbort))
  })
}

/** A signal that fires when an outer one does, or when `abort` is called. */
export interface AbortControl {
  signal: AbortSignalLike
  abort: () => void
  /** Stops following the outer signal. */
  _unfollow: () => unknown
}

/** Creates a minimal AbortController, because mini programs have none; it also follows an outer signal. */
export function createAbortController(outer?: AbortSignalLike): AbortControl {
  const listeners = new Set<() => void>()
  const signal = {
    aborted: outer ? outer.aborted : false,
    addEventListener: (_: 'abort', listener: () => void) => void listeners.add(listener),
    removeEventListener: (_: 'abort', listener: () => void) => void listeners.delete(listener),
  }
  const abort = () => {
    signal.aborted = true
    for (const listener of [...listeners]) {
      listeners.delete(listener)
      listener()
    }
  }
  if (outer) outer.addEventListener('abort', abort)
  const unfollow = () => outer && outer.removeEventListener('abort', abort)
  return { signal, abort, _unfollow: unfollow }
}

/** Limits the number of tasks that run at a time; the others wait in order of arrival. */
export class Semaphore {
  private readonly _waiting: (() => void)[] = []

  constructor(private _free: number) {}

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this._free > 0) this._free--
    else {
      await new Promise<void>((resolve) => {
        this._waiting.push(resolve)
      })
    }
    try {
      return await task()
    } finally {
      const next = this._waiting.shift()
      if (next) next()
      else this._free++
    }
  }
}

/**
 * Runs tasks with at most `limit()` at a time; the limit may change while they run. After the first failure no further
 * task is started, and the failure is thrown once the running tasks have ended.
 *
 * @param onFailure may abort the running tasks; their failures are ignored
 */
export function runPool<T>(
  items: readonly T[],
  limit: () => number,
  run: (item: T) => Promise<void>,
  onFailure?: () => void,
): Promise<void> {
  const queue = [...items].reverse()
  let running = 0
  let failed: { failure: unknown } | undefined
  return new Promise((resolve, reject) => {
    const fail = (failure: unknown) => {
      if (failed) return
      failed = { failure }
      if (onFailure) onFailure()
    }
    const startNext = () => {
      while (!failed && running < limit() && queue.length > 0) {
        running++
        // The length was checked: there is an item.
        void run(queue.pop() as T)
          .catch(fail)
          .then(() => {
            running--
            startNext()
          })
      }
      if (running > 0) return
      if (failed) reject(failed.failure)
      else resolve()
    }
    startNext()
  })
}
