import { Fault } from '../answer/fault'
import type { ObjectRecord } from '../store/records'

/** The four conditional headers, whatever they are called in a request. */
export interface Conditions {
  ifMatch?: string | undefined
  ifNoneMatch?: string | undefined
  ifModifiedSince?: string | undefined
  ifUnmodifiedSince?: string | undefined
}

/**
 * Checks an object against conditions (RFC 9110, document 436/7753).
 * @returns `notModified` when a read need not be answered with the object
 * @throws Fault `PreconditionFailed`
 */
export function checkConditions(object: ObjectRecord, given: Conditions): 'ok' | 'notModified' {
  const modified = Math.floor(Date.parse(object.lastModified) / 1000) * 1000
  if (given.ifMatch !== undefined) {
    if (!matchesETag(given.ifMatch, object.etag)) throw new Fault('PreconditionFailed')
  } else if (given.ifUnmodifiedSince !== undefined) {
    if (modified > time(given.ifUnmodifiedSince)) throw new Fault('PreconditionFailed')
  }
  if (given.ifNoneMatch !== undefined) {
    return matchesETag(given.ifNoneMatch, object.etag) ? 'notModified' : 'ok'
  }
  if (given.ifModifiedSince !== undefined && modified <= time(given.ifModifiedSince)) {
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

/** A date that cannot be read counts as not given. */
function time(date: string): number {
  const parsed = Date.parse(date)
  return Number.isNaN(parsed) ? Number.NaN : parsed
}
