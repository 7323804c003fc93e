import { type AbortSignalLike, type CosError, cosError } from '@miniprogram-cos/protocol'

/** What a call that was given up ends with. */
export const abortError = (): CosError => cosError('abort', 'KitAborted', 'aborted by the caller')

/** The result of an action, unless the caller's signal fires before or meanwhile. */
export function unlessAborted<T>(
  signal: AbortSignalLike | undefined,
  run: () => Promise<T>,
  giveUp?: () => void,
): Promise<T> {
  if (!signal) return run()
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(abortError())
      giveUp?.()
    }
    if (signal.aborted) return reject(abortError())
    signal.addEventListener('abort', onAbort)
    void run()
      .then(resolve, reject)
      .then(() => signal.removeEventListener('abort', onAbort))
  })
}
