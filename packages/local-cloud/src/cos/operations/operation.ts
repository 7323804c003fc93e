import type { OperationName } from '@miniprogram-cos/protocol'
import type { AuthorizationContext } from '../authorize'
import type { ImageProcessor } from '../images/imageProcessor'
import type { CosResponse } from '../response'
import type { BucketRecord } from '../store/records'

/** The input of an operation. */
export interface OperationContext extends AuthorizationContext {
  /** The addressed bucket; undefined for getService, and for putBucket if it does not exist. */
  bucket: BucketRecord | undefined
  /** Unix milliseconds. */
  now: number
  requestId: string
  images: ImageProcessor
  /** Duration of a restore in milliseconds. @default the documented time of its tier */
  restoreDelayMs?: number | undefined
}

export type Handler = (context: OperationContext) => Promise<CosResponse>
export type Handlers = Partial<Record<OperationName, Handler>>

/** The bucket of an operation that requires one. */
export function requireBucket({ bucket }: OperationContext): BucketRecord {
  if (!bucket) throw new Error('the operation has no bucket')
  return bucket
}
