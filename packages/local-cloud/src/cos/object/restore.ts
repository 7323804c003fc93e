import { CosServiceError } from '../errors'
import type { ObjectRecord, RestoreRecord, RestoreTier } from '../store/records'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** The shortest time that each tier takes, by storage class (document 436/12633). */
const RESTORE_TIMES: Record<string, Partial<Record<RestoreTier, number>>> = {
  ARCHIVE: { Expedited: MINUTE_MS, Standard: 3 * HOUR_MS, Bulk: 5 * HOUR_MS },
  DEEP_ARCHIVE: { Standard: 12 * HOUR_MS, Bulk: 24 * HOUR_MS },
}

type RestoreState = 'ongoing' | 'restored' | 'none'

function stateOf({ restore }: ObjectRecord, now: number): RestoreState {
  if (!restore || now >= restore.expiry) return 'none'
  return now < restore.ready ? 'ongoing' : 'restored'
}

/**
 * Starts a restore. Restoring a restored object extends its expiry.
 * @param delayMs replaces the documented time
 * @throws CosServiceError `RestoreNonArchiveObject`, `RestoreAlreadyInProgress`, `InvalidArgument` for a tier that
 *   the storage class does not have
 */
export function beginRestore(
  object: ObjectRecord,
  { tier, days }: { tier: RestoreTier; days: number },
  now: number,
  delayMs: number | undefined,
): RestoreRecord {
  const times = RESTORE_TIMES[object.storageClass]
  if (!times) throw new CosServiceError('RestoreNonArchiveObject')
  const time = times[tier]
  if (time === undefined) {
    throw new CosServiceError('InvalidArgument', `${object.storageClass} has no tier ${tier}.`)
  }
  const state = stateOf(object, now)
  if (state === 'ongoing') throw new CosServiceError('RestoreAlreadyInProgress')
  const ready = state === 'restored' ? now : now + (delayMs ?? time)
  return { tier, requested: now, ready, expiry: nextMidnightInBeijing(ready + days * DAY_MS) }
}

/** Restored copies expire at 16:00 GMT (HEAD Object, sample 10). */
function nextMidnightInBeijing(time: number): number {
  const offset = 8 * HOUR_MS
  return Math.ceil((time + offset) / DAY_MS) * DAY_MS - offset
}

/** The response headers of an archived object during and after a restore (document 436/7745). */
export function restoreHeaders(object: ObjectRecord, now: number): Record<string, string> {
  const { restore } = object
  const state = stateOf(object, now)
  if (!restore || state === 'none') return {}
  const date = (time: number) => new Date(time).toUTCString()
  if (state === 'restored') {
    return { 'x-cos-restore': `ongoing-request="false", expiry-date="${date(restore.expiry)}"` }
  }
  return {
    'x-cos-restore': 'ongoing-request="true"',
    'x-cos-restore-status': `tier="${restore.tier.toLowerCase()}"; request-date="${date(restore.requested)}"`,
  }
}

/**
 * Refuses to read an archived object without a restored copy (document 436/7753, sample 11).
 * @throws CosServiceError `InvalidObjectState`
 */
export function refuseArchived(object: ObjectRecord, now: number): void {
  if (!(object.storageClass in RESTORE_TIMES) || stateOf(object, now) === 'restored') return
  const headers = { 'x-cos-storage-class': object.storageClass }
  throw new CosServiceError('InvalidObjectState', undefined, {}, headers)
}
