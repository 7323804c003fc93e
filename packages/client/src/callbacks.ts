import type { CosError, UploadProgress } from '@miniprogram-cos/protocol'
import { asCosError } from './request/errors'

declare const console: { error(message: string, error: unknown): void }

type Listener = (event: never) => void

/** Named events. A listener that throws affects neither the other listeners nor the transfer: see `callApp`. */
export class Emitter {
  private readonly _listeners: Record<string, Listener[]> = Object.create(null)

  /** Returns the current listeners of an event. */
  get(name: string): Listener[] {
    return this._listeners[name] || []
  }

  on(name: string, listener: Listener): void {
    this._listeners[name] = [...this.get(name), listener]
  }

  /** Removes a listener, or all listeners of the event. */
  off(name: string, listener?: Listener): void {
    this._listeners[name] = this.get(name).filter((other) => listener && other !== listener)
  }

  emit(name: string, event: unknown): void {
    // The event types of the listeners are documented at `COS.on`.
    for (const listener of this.get(name)) callApp(() => listener(event as never))
  }
}

/**
 * Calls a listener or a callback of the app. An error that it throws, or that its promise rejects with, is reported by
 * `console.error` and has no other effect.
 */
export function callApp(run: () => unknown): void {
  const report = (error: unknown) => console.error('miniprogram-cos: a listener failed', error)
  try {
    const returned = run() as PromiseLike<unknown> | undefined
    if (returned && typeof returned.then === 'function') returned.then(undefined, report)
  } catch (error) {
    report(error)
  }
}

/** A callback in the form of cos-wx-sdk-v5. */
export type Callback<Result> = (error: CosError | null, result?: Result) => void

/** Turns the rejection of a promise into a CosError. */
export const withCosError = <T>(promise: Promise<T>): Promise<T> =>
  promise.catch((error: unknown) => {
    throw asCosError(error)
  })

/**
 * Delivers the outcome of a call to the app: passes it to the callback or, without one, returns a promise.
 */
export function settle<T>(
  promise: Promise<T>,
  callback: Callback<T> | undefined,
): Promise<T> | undefined {
  const settled = withCosError(promise)
  if (!callback) return settled
  settled.then(
    (result) => callApp(() => callback(null, result)),
    (error) => callApp(() => callback(error)),
  )
  return undefined
}

/**
 * Reports progress at most once per interval, and always at the start and the end.
 *
 * @returns called with the bytes sent so far
 */
export function progressReporter(
  total: number,
  interval: number,
  report: ((progress: UploadProgress) => unknown) | undefined,
): (loaded: number) => void {
  if (!report) return () => {}
  const started = Date.now()
  let lastReport = Number.NEGATIVE_INFINITY
  let highest = -1
  return (sent) => {
    // The progress must not decrease when a part is sent again.
    const loaded = Math.min(sent, total)
    const isEnd = loaded === total
    if (loaded <= highest || (!isEnd && Date.now() - lastReport < interval)) return
    highest = loaded
    lastReport = Date.now()
    const seconds = Math.max((Date.now() - started) / 1000, 0.001)
    const percent = total === 0 ? 1 : Math.floor((loaded / total) * 100) / 100
    const progress = { loaded, total, speed: Math.round(loaded / seconds), percent }
    // Asynchronous, so that the listener cannot interrupt the upload.
    void Promise.resolve().then(() => callApp(() => report(progress)))
  }
}
