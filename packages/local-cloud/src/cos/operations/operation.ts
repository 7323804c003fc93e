import type { OperationName } from '@miniprogram-cos/protocol'
import type { KeyRing } from '../../keys/keyRing'
import type { Asking } from '../access/authorize'
import type { Answer } from '../answer/answer'
import type { Principal } from '../authentication/principal'
import type { CosRequest } from '../request/request'
import type { BucketRecord } from '../store/records'
import type { Store } from '../store/store'

/** All that an operation may use. */
export interface OperationContext extends Asking {
  request: CosRequest
  store: Store
  keys: KeyRing
  principal: Principal
  /** The bucket addressed; for getService and putBucket, which have none yet, undefined. */
  bucket: BucketRecord | undefined
  /** Unix milliseconds. */
  now: number
  requestId: string
  /** How long a restore takes. @default as documented for its tier */
  restoreDelayMs?: number | undefined
}

export type Handler = (context: OperationContext) => Promise<Answer>
export type Handlers = Partial<Record<OperationName, Handler>>

/** The bucket of an operation that cannot run without one. */
export function bucketOf({ bucket }: OperationContext): BucketRecord {
  if (!bucket) throw new Error('this operation was routed without its bucket')
  return bucket
}
