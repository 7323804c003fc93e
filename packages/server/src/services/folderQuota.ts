import type { UsageResponse } from '@miniprogram-cos/protocol'
import { setNewest } from '../callerLimiter'
import { FunctionError, quote } from '../errors'
import { type Rule, TRASH } from '../rules'
import type { BucketAccess } from './bucketAccess'
import { type RecordStore, recordId } from './records'

/** An upload that has been permitted and may still arrive. */
export interface Reservation {
  key: string
  /** Bytes, at most. */
  size: number
  /** Unix milliseconds: COS accepts no request with that permission later. */
  until: number
}

/** The reservations of one folder, as they are recorded. */
export interface FolderRecord {
  folder: string
  reservations: Reservation[]
}

interface Listing {
  /** When it was begun, in Unix milliseconds. */
  at: number
  sizes: Map<string, number>
}

/** How long a listing is used again. */
const CACHE_MILLISECONDS = 30_000
/** The same for `usage`, which a user may look at right after deleting a file. */
const USAGE_CACHE_MILLISECONDS = 1000
const MAX_CACHED_FOLDERS = 200
/**
 * COS checks a signature when a request begins. A permitted upload counts for this time after its permission has ended,
 * since it may still be in progress.
 */
const IN_FLIGHT_MILLISECONDS = 15 * 60_000
/** A move into the trash that begins ends within this time, and a later listing shows it. */
const MOVE_MILLISECONDS = 60_000
const MAX_ATTEMPTS = 20
/** Most reservations of one folder: they are one record, which each upload reads and writes. */
const MAX_RESERVATIONS = 2000

/**
 * Enforces `quota` and `maxFiles` when uploads are permitted. Each key of the folder and of its trash counts with the larger
 * of two sizes: the object that is there, and the upload that is still permitted. The sum is an upper bound for every order
 * of uploads, deletions and repetitions, also concurrent ones. A deletion moves an object into the trash, so it is checked too.
 */
export class FolderQuota {
  readonly #bucket: BucketAccess
  readonly #records: RecordStore<FolderRecord>
  readonly #now: () => number
  readonly #listings = new Map<string, Promise<Listing>>()

  /** @param now Unix milliseconds */
  constructor(
    bucket: BucketAccess,
    records: RecordStore<FolderRecord>,
    now: () => number = Date.now,
  ) {
    this.#bucket = bucket
    this.#records = records
    this.#now = now
  }

  /** The usage of a folder, including permitted uploads that may still arrive. */
  async usage(rule: Rule, folder: string): Promise<UsageResponse> {
    const listing = await this.#list(rule, folder, USAGE_CACHE_MILLISECONDS)
    const record = await this.#records.get(recordId(folder))
    return usageOf(rule, folder, listing, possible(record?.value.reservations ?? [], listing))
  }

  /**
   * Records uploads before they are permitted.
   * @throws FunctionError `KitQuotaExceeded` if the folder could exceed its quota, `KitTooManyRequests`, `KitInternal`
   */
  async reserve(rule: Rule, folder: string, wanted: Reservation[]): Promise<void> {
    let maxAge = CACHE_MILLISECONDS
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const listing = await this.#list(rule, folder, maxAge)
      const record = await this.#records.get(recordId(folder))
      const before = possible(record?.value.reservations ?? [], listing)
      const reservations = merge([...before, ...wanted])
      if (reservations.length > Math.max(before.length, MAX_RESERVATIONS)) {
        throw tooManyReservations(rule)
      }
      const usage = usageOf(rule, folder, listing, reservations)
      const present = usageOf(rule, folder, listing, before)
      const { quota = Number.POSITIVE_INFINITY, maxFiles = Number.POSITIVE_INFINITY } = rule
      const grows = (field: 'used' | 'files') => usage[field] > present[field]
      // A folder over its quota, for example after a change of the rule, accepts writes that do not make it larger.
      if ((usage.used > quota && grows('used')) || (usage.files > maxFiles && grows('files'))) {
        if (maxAge > 0) {
          // Objects may have been deleted since.
          maxAge = 0
          continue
        }
        throw quotaExceeded(rule, present, wanted)
      }
      if (await this.#records.put(recordId(folder), { folder, reservations }, record?.version))
        return
      // Another call has reserved something in the meantime.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * attempt))
    }
    throw new FunctionError('KitInternal', 'too many uploads begin at once in this folder', {
      retryable: true,
    })
  }

  /**
   * Checks a move into the trash, after which a signature that is still valid can upload the object once more: then
   * both count.
   * @param entry the object's key in the trash
   * @throws FunctionError `KitQuotaExceeded` if the folder could exceed its quota, and as `reserve`
   */
  async reserveMove(rule: Rule, key: string, entry: string, size: number): Promise<void> {
    const folder = quotaFolder(rule, key)
    const record = await this.#records.get(recordId(folder))
    const now = this.#now()
    const permitted = possible(record?.value.reservations ?? [], { at: now })
    if (!permitted.some((reservation) => reservation.key === key)) return
    const until = now - IN_FLIGHT_MILLISECONDS + MOVE_MILLISECONDS
    try {
      await this.reserve(rule, folder, [{ key: entry, size, until }])
    } catch (error) {
      if (!(error instanceof FunctionError && error.code === 'KitQuotaExceeded')) throw error
      const message = `an upload of ${quote(key)} is still permitted, and the quota has no room for both: delete it half an hour after its upload`
      throw new FunctionError('KitQuotaExceeded', message, error.details)
    }
  }

  async #list(rule: Rule, folder: string, maxAge: number): Promise<Listing> {
    const cached = await this.#listings.get(folder)
    if (cached && maxAge > 0 && this.#now() - cached.at <= maxAge) return cached
    const listing = this.#read(rule, folder)
    setNewest(this.#listings, folder, listing, MAX_CACHED_FOLDERS)
    listing.catch(() => {
      if (this.#listings.get(folder) === listing) this.#listings.delete(folder)
    })
    return listing
  }

  async #read({ trashDays }: Rule, folder: string): Promise<Listing> {
    const at = this.#now()
    const sizes = new Map<string, number>()
    const inTrash = `${TRASH}${folder}`
    // The trash twice: an object that is moved during the listing, either way, is in one of the three.
    const prefixes = trashDays === undefined ? [folder] : [inTrash, folder, inTrash]
    for (const prefix of prefixes) {
      for await (const { key, size } of this.#bucket.list(prefix)) sizes.set(key, size)
    }
    return { at, sizes }
  }
}

/** The folder that a rule's quota applies to: the part of the key that the rule's pattern names. */
export function quotaFolder({ segments }: Rule, key: string): string {
  return `${key.split('/').slice(0, segments.length).join('/')}/`
}

/** The reservations that may still become an object which the listing does not show. */
function possible(reservations: Reservation[], { at }: Pick<Listing, 'at'>): Reservation[] {
  const since = at - IN_FLIGHT_MILLISECONDS - CACHE_MILLISECONDS
  return reservations.filter(({ until }) => until > since)
}

/** Keeps one reservation for each key: the largest. */
function merge(reservations: Reservation[]): Reservation[] {
  const byKey = new Map<string, Reservation>()
  for (const { key, size, until } of reservations) {
    const other = byKey.get(key)
    byKey.set(key, {
      key,
      size: Math.max(size, other?.size ?? 0),
      until: Math.max(until, other?.until ?? 0),
    })
  }
  return [...byKey.values()]
}

function usageOf(
  { quota, maxFiles }: Rule,
  path: string,
  { sizes }: Listing,
  reservations: Reservation[],
): UsageResponse {
  let used = 0
  for (const size of sizes.values()) used += size
  let files = sizes.size
  for (const { key, size } of reservations) {
    const present = sizes.get(key)
    if (present === undefined) files++
    used += Math.max(0, size - (present ?? 0))
  }
  return {
    path,
    used,
    ...(quota === undefined ? {} : { quota }),
    files,
    ...(maxFiles === undefined ? {} : { maxFiles }),
  }
}

function quotaExceeded(rule: Rule, usage: UsageResponse, wanted: Reservation[]): FunctionError {
  const bytes = wanted.reduce((sum, { size }) => sum + size, 0)
  const limits = [
    ...(usage.quota === undefined ? [] : [`${usage.used} of ${usage.quota} bytes`]),
    ...(usage.maxFiles === undefined ? [] : [`${usage.files} of ${usage.maxFiles} files`]),
  ]
  return new FunctionError(
    'KitQuotaExceeded',
    `${bytes} more bytes exceed the limits of ${JSON.stringify(usage.path)}: used ${limits.join(' and ')}`,
    { rule: rule.pattern, usage },
  )
}

function tooManyReservations(rule: Rule): FunctionError {
  const message = `more than ${MAX_RESERVATIONS} uploads to one folder have been permitted and may still begin`
  return new FunctionError('KitTooManyRequests', message, {
    retryable: true,
    retryAfter: 60,
    rule: rule.pattern,
  })
}
