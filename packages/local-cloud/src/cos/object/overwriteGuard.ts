import { Fault } from '../answer/fault'
import type { CosRequest } from '../request/request'
import type { BucketRecord, ObjectRecord } from '../store/records'

/** Sees, under the key's lock, what a write would replace. @throws Fault */
export type OverwriteGuard = (present: ObjectRecord | undefined, bucket: BucketRecord) => void

/**
 * `x-cos-forbid-overwrite: true` refuses to replace an object. In a bucket that has or has had versioning it
 * means nothing (documents 436/7749, 7742, 7746).
 * @throws Fault `InvalidArgument`
 */
export function overwriteGuard({ headers }: CosRequest): OverwriteGuard {
  const wanted = headers['x-cos-forbid-overwrite'] ?? 'false'
  if (wanted !== 'true' && wanted !== 'false') {
    throw new Fault('InvalidArgument', 'x-cos-forbid-overwrite is true or false.')
  }
  return (present, { versioning }) => {
    if (wanted === 'true' && present && !versioning) throw new Fault('FileAlreadyExists')
  }
}
