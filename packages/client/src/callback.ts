import { type AdviceTable, type CosError, withAdvice } from '@miniprogram-cos/protocol'
import { isolated } from './events/emitter'
import { asCosError } from './request/failures'

/** `(error, result)`, as cos-wx-sdk-v5 calls back. */
export type Callback<Result> = (error: CosError | null, result?: Result) => void

/** A promise without a callback; with one, its outcome is passed there and nothing is returned. */
export function settle<T>(
  promise: Promise<T>,
  callback: Callback<T> | undefined,
  advice: AdviceTable,
): Promise<T> | undefined {
  const settled = promise.catch((error: unknown) => {
    throw withAdvice(asCosError(error), advice)
  })
  if (!callback) return settled
  settled.then(
    (result) => isolated(() => callback(null, result)),
    (error) => isolated(() => callback(error)),
  )
  return undefined
}
