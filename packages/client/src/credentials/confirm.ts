import type { CosError } from '@miniprogram-cos/protocol'
import { asCosError } from '../request/errors'
import { retry } from '../request/retry'
import type { x } from './function'

/** Part of an upload's result if the access rule of its path has an `onUpload`. */
export interface ConfirmedUpload<Confirm = unknown> {
  /** The value that `onUpload` returned, as JSON. Its type is the type parameter of the call: `uploadFile<Confirm>`. */
  confirm?: Confirm
  /** Why the upload is not confirmed. The object is in the bucket, and `reconcile` runs `onUpload` for it later. */
  confirmError?: CosError
}

/** Whether a key lies below a path, in which `*` stands for any one segment. */
export function covers(path: string, key: string): boolean {
  const segments = key.split('/')
  const pattern = path.split('/').slice(0, -1)
  return (
    segments.length > pattern.length &&
    pattern.every((segment, i) => segment === '*' || segment === segments[i])
  )
}

/**
 * Reports a successful upload to the function, if uploads to its path are confirmed.
 * @returns the upload's result with the function's answer
 */
export async function confirmUpload<R extends { ETag?: string }>(
  call: x,
  paths: string[] = [],
  rawKey: string,
  result: R,
): Promise<R & ConfirmedUpload> {
  const Key = rawKey.replace(/^\//, '')
  const { ETag } = result
  const event = { confirm: ETag ? { Key, ETag } : { Key } }
  const decide = ({ retryable }: CosError) => (retryable ? 'later' : 'fail')
  try {
    // In the try block: malformed paths must not fail an upload that has succeeded.
    if (!paths.some((path) => covers(path, Key))) return result
    const { confirm } = await retry(() => call(event), decide, { _tries: 3 })
    return { ...result, confirm }
  } catch (error) {
    return { ...result, confirmError: asCosError(error) }
  }
}
