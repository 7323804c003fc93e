import { randomBytes } from 'node:crypto'
import type { Blob } from './blob'
import type { Buckets } from './buckets'
import type { Batch, Engine, Visit } from './engine'
import type { BucketRecord, ObjectRecord } from './records'
import { after, bytes, row } from './rows'

/** What a write changes: rows, and blobs that nobody owns any more. */
interface Change {
  rows: Batch
  dropped: Blob[]
}

export interface DeleteOutcome {
  versionId?: string
  isDeleteMarker?: true
}

/** The version without a name: what a bucket holds from before versioning, or while it is suspended. */
export const NULL_VERSION = 'null'

export function versionOf(record: ObjectRecord): string {
  return record.versionId ?? NULL_VERSION
}

/**
 * Objects and their versions. The row of an object is its current version, unless that is a delete
 * marker; every other version, and every marker, is a row of its own behind it, newest first.
 */
export class Objects {
  readonly #engine: Engine
  readonly #buckets: Buckets
  #lastSequence = 0

  constructor(engine: Engine, buckets: Buckets) {
    this.#engine = engine
    this.#buckets = buckets
  }

  get(bucket: string, key: string): ObjectRecord | undefined {
    return this.#engine.get(row.object(bucket, key))
  }

  /** One version; without `versionId` the current one, be it a delete marker. */
  async find(bucket: string, key: string, versionId?: string): Promise<ObjectRecord | undefined> {
    const current = this.get(bucket, key)
    if (current && (versionId === undefined || versionOf(current) === versionId)) return current
    const others = await this.#others(bucket, key)
    return versionId === undefined
      ? others[0]
      : others.find((other) => versionOf(other) === versionId)
  }

  /** As `find`, with bytes that stay readable until `release`. */
  async pin(
    bucket: string,
    key: string,
    versionId?: string,
  ): Promise<{ object: ObjectRecord; release: () => void } | undefined> {
    return this.#engine.locks.run(lockOf(bucket, key), async () => {
      const object = await this.find(bucket, key, versionId)
      return object && { object, release: this.#engine.pin(object.blobs) }
    })
  }

  /**
   * Puts an object. `guard` sees the present one under the lock and may throw to refuse.
   * @returns the record as stored, with its version
   */
  async put(
    bucket: BucketRecord,
    record: ObjectRecord,
    guard?: (present: ObjectRecord | undefined, bucket: BucketRecord) => void,
  ): Promise<ObjectRecord> {
    try {
      return await this.#write(bucket, record.key, async (current) => {
        const present = this.get(current.name, record.key)
        guard?.(present, current)
        const stored = this.withVersion(current, record)
        const { rows, dropped } = await this.changeFor(current, stored)
        await this.#engine.commit(rows, record.blobs, dropped)
        return stored
      })
    } catch (error) {
      this.#engine.discardLater(record.blobs)
      throw error
    }
  }

  /**
   * One write of a key after another, in a bucket that stays. `run` gets the bucket as it is by then: its
   * versioning may have changed since the request began.
   */
  #write<T>(
    bucket: BucketRecord,
    key: string,
    run: (bucket: BucketRecord) => Promise<T>,
  ): Promise<T> {
    const { name } = bucket
    return this.#buckets.whileThere(name, () =>
      this.#engine.locks.run(lockOf(name, key), () => run(this.#buckets.get(name) ?? bucket)),
    )
  }

  /** The record with the version that its bucket gives it. */
  withVersion(bucket: BucketRecord, record: ObjectRecord): ObjectRecord {
    if (!bucket.versioning) return record
    const versionId = bucket.versioning === 'Enabled' ? this.#newVersionId() : NULL_VERSION
    return { ...record, versionId, sequence: this.#nextSequence() }
  }

  /** What putting a record changes. To be called under the key's lock. */
  async changeFor(bucket: BucketRecord, record: ObjectRecord): Promise<Change> {
    const retired = await this.#retire(bucket, record.key)
    const put = { type: 'put' as const, key: row.object(bucket.name, record.key), value: record }
    return { rows: [...retired.rows, put], dropped: retired.dropped }
  }

  /** Deletes the current version, or the named one for good. */
  async delete(bucket: BucketRecord, key: string, versionId?: string): Promise<DeleteOutcome> {
    return this.#write(bucket, key, (current) =>
      versionId === undefined
        ? this.#deleteCurrent(current, key)
        : this.#deleteVersion(current, key, versionId),
    )
  }

  async #deleteCurrent(bucket: BucketRecord, key: string): Promise<DeleteOutcome> {
    const gone = { type: 'del' as const, key: row.object(bucket.name, key) }
    const { rows, dropped } = await this.#retire(bucket, key)
    if (!bucket.versioning) {
      if (this.get(bucket.name, key)) await this.#engine.commit([gone, ...rows], [], dropped)
      return {}
    }
    const marker = this.withVersion(bucket, emptyRecord(key))
    const put = {
      type: 'put' as const,
      key: row.version(bucket.name, key, sequenceOf(marker)),
      value: marker,
    }
    await this.#engine.commit([gone, ...rows, put], [], dropped)
    return { versionId: versionOf(marker), isDeleteMarker: true }
  }

  async #deleteVersion(
    bucket: BucketRecord,
    key: string,
    versionId: string,
  ): Promise<DeleteOutcome> {
    const current = this.get(bucket.name, key)
    const others = await this.#others(bucket.name, key)
    const isCurrent = current !== undefined && versionOf(current) === versionId
    const found = isCurrent ? current : others.find((other) => versionOf(other) === versionId)
    if (!found) return { versionId }
    const versionRow = (record: ObjectRecord) => row.version(bucket.name, key, sequenceOf(record))
    const rows: Batch = [
      { type: 'del', key: isCurrent ? row.object(bucket.name, key) : versionRow(found) },
    ]
    const [next] = others.filter((other) => other !== found)
    // The newest that is left becomes current, unless that is a delete marker.
    if (next && !next.isDeleteMarker && (isCurrent || !current)) {
      rows.push(
        { type: 'del', key: versionRow(next) },
        { type: 'put', key: row.object(bucket.name, key), value: next },
      )
    }
    await this.#engine.commit(rows, [], found.blobs)
    return { versionId, ...(found.isDeleteMarker ? { isDeleteMarker: true as const } : {}) }
  }

  /**
   * Changes one version in place: its ACL or tags, or its content by appending. `change` sees what is there,
   * a delete marker counting as nothing, and may throw. `taken` are new blobs of the changed record.
   */
  async update(
    given: BucketRecord,
    key: string,
    versionId: string | undefined,
    change: (record: ObjectRecord | undefined) => ObjectRecord,
    taken: readonly Blob[] = [],
  ): Promise<ObjectRecord> {
    return this.#write(given, key, async (bucket) => {
      const found = await this.find(bucket.name, key, versionId)
      const present = found?.isDeleteMarker ? undefined : found
      const changed = change(present)
      if (!present) {
        const stored = this.withVersion(bucket, changed)
        const { rows, dropped } = await this.changeFor(bucket, stored)
        await this.#engine.commit(rows, taken, dropped)
        return stored
      }
      const current = this.get(bucket.name, key)
      const name =
        current && versionOf(current) === versionOf(present)
          ? row.object(bucket.name, key)
          : row.version(bucket.name, key, sequenceOf(present))
      await this.#engine.commit([{ type: 'put', key: name, value: changed }], taken, [])
      return changed
    })
  }

  /** Walks current objects in UTF-8 byte order, from the first key behind `marker`. */
  walk(
    bucket: string,
    prefix: string,
    marker: string,
    visit: (record: ObjectRecord) => Visit,
  ): Promise<void> {
    return this.#engine.walk(`object\0${bucket}\0`, prefix, marker, visit)
  }

  /** All versions in the order of COS's list, by key and newest first, from those of a key on. */
  async *versions(
    bucket: string,
    prefix: string,
    fromKey: string,
  ): AsyncGenerator<{ record: ObjectRecord; isLatest: boolean }> {
    const read = (space: string) => {
      const within = bytes(`${space}\0${bucket}\0${prefix}`)
      const from = bytes(`${space}\0${bucket}\0${fromKey}`)
      const gte = Buffer.compare(from, within) > 0 ? from : within
      return this.#engine.db.values({ gte, lt: after(within) })
    }
    const [current, other] = [read('object'), read('version')]
    try {
      let a = (await current.next()) as ObjectRecord | undefined
      let b = (await other.next()) as ObjectRecord | undefined
      let lastKey: string | undefined
      while (a || b) {
        const order = a && b ? Buffer.compare(bytes(a.key), bytes(b.key)) : a ? -1 : 1
        const record = (order <= 0 ? a : b) as ObjectRecord
        yield { record, isLatest: record.key !== lastKey }
        lastKey = record.key
        if (order <= 0) a = (await current.next()) as ObjectRecord | undefined
        else b = (await other.next()) as ObjectRecord | undefined
      }
    } finally {
      await current.close()
      await other.close()
    }
  }

  /** What becomes of the current version when another takes its place. */
  async #retire(bucket: BucketRecord, key: string): Promise<Change> {
    const present = this.get(bucket.name, key)
    if (!bucket.versioning) return { rows: [], dropped: present?.blobs ?? [] }
    const change: Change = { rows: [], dropped: [] }
    const replacesNull = bucket.versioning === 'Suspended'
    if (present && replacesNull && versionOf(present) === NULL_VERSION) {
      change.dropped.push(...present.blobs)
    } else if (present) {
      const value = { ...present, versionId: versionOf(present), sequence: sequenceOf(present) }
      change.rows.push({ type: 'put', key: row.version(bucket.name, key, value.sequence), value })
    }
    if (replacesNull) {
      for (const other of await this.#others(bucket.name, key)) {
        if (versionOf(other) !== NULL_VERSION) continue
        change.rows.push({ type: 'del', key: row.version(bucket.name, key, sequenceOf(other)) })
        change.dropped.push(...other.blobs)
      }
    }
    return change
  }

  /** Versions that are not current, newest first. */
  async #others(bucket: string, key: string): Promise<ObjectRecord[]> {
    const prefix = bytes(`version\0${bucket}\0${key}\0`)
    const found = await this.#engine.db.values({ gt: prefix, lt: after(prefix) }).all()
    return found as ObjectRecord[]
  }

  #newVersionId(): string {
    return `MTg${randomBytes(24).toString('base64url')}`
  }

  /** Microseconds, never twice the same. */
  #nextSequence(): number {
    this.#lastSequence = Math.max(this.#lastSequence + 1, Date.now() * 1000)
    return this.#lastSequence
  }
}

function sequenceOf(record: ObjectRecord): number {
  return record.sequence ?? Date.parse(record.lastModified) * 1000
}

function emptyRecord(key: string): ObjectRecord {
  return {
    key,
    size: 0,
    etag: '',
    crc64: '0',
    lastModified: new Date().toISOString(),
    headers: {},
    storageClass: 'STANDARD',
    blobs: [],
    isDeleteMarker: true,
  }
}

export function lockOf(bucket: string, key: string): string {
  return `${bucket}/${key}`
}
