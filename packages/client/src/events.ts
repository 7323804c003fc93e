import type { CosError, UploadProgress } from '@miniprogram-cos/protocol'
import { asCosError } from './request/errors'

declare const console: { error(message: string, error: unknown): void }

type Listener = (event: never) => void

/** Named events. A listener that throws stops neither the others nor the work: see `callApp`. */
export class Emitter {
  private readonly _listeners: Record<string, Listener[]> = Object.create(null)

  /** The listeners of a name at this moment. */
  get(name: string): Listener[] {
    return this._listeners[name] || []
  }

  on(name: string, listener: Listener): void {
    this._listeners[name] = [...this.get(name), listener]
  }

  /** Without a listener, all of the name are removed. */
  off(name: string, listener?: Listener): void {
    this._listeners[name] = this.get(name).filter((one) => listener && one !== listener)
  }

  emit(name: string, event: unknown): void {
    // The event types of the listeners are documented at `COS.on`.
    for (const listener of this.get(name)) callApp(() => listener(event as never))
  }
}

/**
 * Calls a listener or a callback of the app. What it throws, or what a promise of it rejects with, is reported by
 * `console.error`, once, and changes nothing of the outcome.
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

/** `(error, result)`, as cos-wx-sdk-v5 calls back. */
export type Callback<Result> = (error: CosError | null, result?: Result) => void

/** A promise whose failure is a CosError. */
export const withCosError = <T>(promise: Promise<T>): Promise<T> =>
  promise.catch((error: unknown) => {
    throw asCosError(error)
  })

/**
 * The outcome of a call as the app gets it: without a callback a promise; with one, it is passed there and nothing
 * is returned.
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
  let last = Number.NEGATIVE_INFINITY
  let highest = -1
  return (given) => {
    // A part that is sent again must not decrease the progress.
    const loaded = Math.min(given, total)
    const isEnd = loaded === total
    if (loaded <= highest || (!isEnd && Date.now() - last < interval)) return
    highest = loaded
    last = Date.now()
    const seconds = Math.max((Date.now() - started) / 1000, 0.001)
    const percent = total === 0 ? 1 : Math.floor((loaded / total) * 100) / 100
    const progress = { loaded, total, speed: Math.round(loaded / seconds), percent }
    // Asynchronous, so that the listener cannot interrupt the upload.
    void Promise.resolve().then(() => callApp(() => report(progress)))
  }
}
