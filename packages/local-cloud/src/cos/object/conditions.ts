import { CosServiceError } from '../errors'
import type { CosRequest } from '../request'
import type { OverwriteGuard } from '../store/objects'
import type { ObjectRecord } from '../store/records'

/** The values of the four conditional headers, of a read or of a copy source. */
export interface Conditions {
  ifMatch?: string | undefined
  ifNoneMatch?: string | undefined
  ifModifiedSince?: string | undefined
  ifUnmodifiedSince?: string | undefined
}

/**
 * Checks an object against conditions (RFC 9110, document 436/7753).
 * @returns `notModified` when a read is answered without the object
 * @throws CosServiceError `PreconditionFailed`
 */
export function checkConditions(object: ObjectRecord, given: Conditions): 'ok' | 'notModified' {
  // Comparisons with an unreadable date, which is NaN, are false: the condition is ignored.
  const modified = Math.floor(Date.parse(object.lastModified) / 1000) * 1000
  if (given.ifMatch !== undefined) {
    if (!matchesETag(given.ifMatch, object.etag)) throw new CosServiceError('PreconditionFailed')
  } else if (given.ifUnmodifiedSince !== undefined) {
    if (modified > Date.parse(given.ifUnmodifiedSince))
      throw new CosServiceError('PreconditionFailed')
  }
  if (given.ifNoneMatch !== undefined) {
    return matchesETag(given.ifNoneMatch, object.etag) ? 'notModified' : 'ok'
  }
  if (given.ifModifiedSince !== undefined && modified <= Date.parse(given.ifModifiedSince)) {
    return 'notModified'
  }
  return 'ok'
}

function matchesETag(list: string, etag: string): boolean {
  return list
    .split(',')
    .map((one) => one.trim().replace(/^W\//, '').replace(/^"|"$/g, ''))
    .some((one) => one === '*' || one === etag)
}

/**
 * `x-cos-forbid-overwrite: true` refuses to replace an object. It has no effect in a bucket that has or has
 * had versioning (documents 436/7749, 7742, 7746).
 * @throws CosServiceError `InvalidArgument`
 */
export function overwriteGuard({ headers }: CosRequest): OverwriteGuard {
  const forbids = headers['x-cos-forbid-overwrite'] ?? 'false'
  if (forbids !== 'true' && forbids !== 'false') {
    throw new CosServiceError('InvalidArgument', 'x-cos-forbid-overwrite must be true or false.')
  }
  return (present, { versioning }) => {
    if (forbids === 'true' && present && !versioning) throw new CosServiceError('FileAlreadyExists')
  }
}
