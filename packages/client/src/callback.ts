import type { CosError } from '@miniprogram-cos/protocol'
import { asCosError } from './request/failures'

/** `(error, result)`, as cos-wx-sdk-v5 calls back. */
export type Callback<Result> = (error: CosError | null, result?: Result) => void

/** A promise without a callback; with one, its outcome is passed there and nothing is returned. */
export function settle<T>(
  promise: Promise<T>,
  callback: Callback<T> | undefined,
): Promise<T> | undefined {
  const settled = promise.catch((error: unknown) => {
    throw asCosError(error)
  })
  if (!callback) return settled
  settled.then((result) => callback(null, result), callback)
  return undefined
}
