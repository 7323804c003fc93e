import { randomBytes } from 'node:crypto'
import type { Blobs } from './blobs'
import type { Buckets } from './buckets'
import { bytes, type Database, type RowChange, row, type ScanStep } from './database'
import type { BlobRef, BucketRecord, ObjectRecord } from './records'

/** The changes of a write: rows, pending blobs that get an owner, and blobs that lose theirs. */
interface Change {
  rows: RowChange[]
  committed?: readonly BlobRef[]
  orphaned: BlobRef[]
}

/** Checks the object that a write would replace, and its bucket; throws to refuse the write. */
export type OverwriteGuard = (present: ObjectRecord | undefined, bucket: BucketRecord) => void

interface DeleteOutcome {
  versionId?: string
  isDeleteMarker?: true
}

/** The version without an id, written before versioning was enabled or while it is suspended. */
export const NULL_VERSION = 'null'

export function versionOf(record: ObjectRecord): string {
  return record.versionId ?? NULL_VERSION
}

/**
 * Objects and their versions. The `object` row of a key is its current version, unless that is a delete
 * marker. Noncurrent versions and delete markers are `version` rows, newest first.
 */
export class Objects {
  readonly #database: Database
  readonly #blobs: Blobs
  readonly #buckets: Buckets
  #lastSequence = 0

  constructor(database: Database, blobs: Blobs, buckets: Buckets) {
    this.#database = database
    this.#blobs = blobs
    this.#buckets = buckets
  }

  get(bucket: string, key: string): ObjectRecord | undefined {
    return this.#database.get(row.object(bucket, key))
  }

  /** Finds a version; without `versionId` the latest, which may be a delete marker. */
  async find(bucket: string, key: string, versionId?: string): Promise<ObjectRecord | undefined> {
    const current = this.get(bucket, key)
    if (current && (versionId === undefined || versionOf(current) === versionId)) return current
    const others = await this.#noncurrent(bucket, key)
    return versionId === undefined
      ? others[0]
      : others.find((other) => versionOf(other) === versionId)
  }

  /** Like `find`. The content can be read until `release` is called. */
  async pin(
    bucket: string,
    key: string,
    versionId?: string,
  ): Promise<{ object: ObjectRecord; release: () => void } | undefined> {
    return this.#database.locks.run(lockName(bucket, key), async () => {
      const object = await this.find(bucket, key, versionId)
      return object && { object, release: this.#blobs.pin(object.blobs) }
    })
  }

  /**
   * Puts an object and commits its blobs. If the write is refused, the blobs are discarded.
   * @returns the record as stored, with its version
   */
  async put(
    bucket: BucketRecord,
    record: ObjectRecord,
    guard?: OverwriteGuard,
  ): Promise<ObjectRecord> {
    try {
      return await this.putWith(
        { rows: [], committed: record.blobs, orphaned: [] },
        bucket,
        record,
        guard,
      )
    } catch (error) {
      this.#blobs.discard(record.blobs)
      throw error
    }
  }

  /** Puts an object in one transaction with other changes. */
  putWith(
    changes: Change,
    bucket: BucketRecord,
    record: ObjectRecord,
    guard?: OverwriteGuard,
  ): Promise<ObjectRecord> {
    return this.#runWrite(bucket, record.key, (current) => {
      guard?.(this.get(current.name, record.key), current)
      return this.#replace(current, record, changes)
    })
  }

  /** Makes a record the current version of its key. The caller holds the key's lock. */
  async #replace(
    bucket: BucketRecord,
    record: ObjectRecord,
    { rows, committed = [], orphaned }: Change,
  ): Promise<ObjectRecord> {
    const stored = this.#withVersion(bucket, record)
    const retired = await this.#retireCurrent(bucket, record.key)
    const key = row.object(bucket.name, record.key)
    const changes: RowChange[] = [...retired.rows, { type: 'put', key, value: stored }, ...rows]
    await this.#blobs.commit(changes, { committed, orphaned: [...retired.orphaned, ...orphaned] })
    return stored
  }

  /**
   * Serializes the writes of a key. `write` receives the current bucket, whose versioning may have changed since the request
   * began.
   */
  #runWrite<T>(
    bucket: BucketRecord,
    key: string,
    write: (bucket: BucketRecord) => Promise<T>,
  ): Promise<T> {
    const { name } = bucket
    return this.#buckets.runWrite(name, () =>
      this.#database.locks.run(lockName(name, key), () => write(this.#buckets.get(name) ?? bucket)),
    )
  }

  /** Adds the version to a record, according to its bucket. */
  #withVersion(bucket: BucketRecord, record: ObjectRecord): ObjectRecord {
    if (!bucket.versioning) return record
    const versionId =
      bucket.versioning === 'Enabled' ? `MTg${randomBytes(24).toString('base64url')}` : NULL_VERSION
    return { ...record, versionId, sequence: this.#nextSequence() }
  }

  /** Deletes the current version, or permanently the given one. */
  async delete(bucket: BucketRecord, key: string, versionId?: string): Promise<DeleteOutcome> {
    return this.#runWrite(bucket, key, (current) =>
      versionId === undefined
        ? this.#deleteCurrent(current, key)
        : this.#deleteVersion(current, key, versionId),
    )
  }

  /** Deletes the current version if it is still one that should be deleted. */
  async deleteIf(
    bucket: BucketRecord,
    key: string,
    isWanted: (record: ObjectRecord) => boolean,
  ): Promise<void> {
    await this.#runWrite(bucket, key, async (current) => {
      const record = this.get(current.name, key)
      if (record && isWanted(record)) await this.#deleteCurrent(current, key)
    })
  }

  async #deleteCurrent(bucket: BucketRecord, key: string): Promise<DeleteOutcome> {
    const name = row.object(bucket.name, key)
    if (!bucket.versioning && !this.get(bucket.name, key)) return {}
    const { rows, orphaned } = await this.#retireCurrent(bucket, key)
    const changes: RowChange[] = [{ type: 'del', key: name }, ...rows]
    if (!bucket.versioning) {
      await this.#blobs.commit(changes, { orphaned })
      return {}
    }
    const marker = this.#withVersion(bucket, deleteMarker(key))
    const markerRow = row.version(bucket.name, key, sequenceOf(marker))
    changes.push({ type: 'put', key: markerRow, value: marker })
    await this.#blobs.commit(changes, { orphaned })
    return { versionId: versionOf(marker), isDeleteMarker: true }
  }

  async #deleteVersion(
    bucket: BucketRecord,
    key: string,
    versionId: string,
  ): Promise<DeleteOutcome> {
    const current = this.get(bucket.name, key)
    const others = await this.#noncurrent(bucket.name, key)
    const isCurrent = current !== undefined && versionOf(current) === versionId
    const deleted = isCurrent ? current : others.find((other) => versionOf(other) === versionId)
    if (!deleted) return { versionId }
    const currentRow = row.object(bucket.name, key)
    const rowOf = (record: ObjectRecord) => row.version(bucket.name, key, sequenceOf(record))
    const changes: RowChange[] = [{ type: 'del', key: isCurrent ? currentRow : rowOf(deleted) }]
    const [newest] = others.filter((other) => other !== deleted)
    // The newest remaining version becomes current, unless it is a delete marker.
    if (newest && !newest.isDeleteMarker && (isCurrent || !current)) {
      changes.push(
        { type: 'del', key: rowOf(newest) },
        { type: 'put', key: currentRow, value: newest },
      )
    }
    await this.#blobs.commit(changes, { orphaned: deleted.blobs })
    return { versionId, ...(deleted.isDeleteMarker ? { isDeleteMarker: true as const } : {}) }
  }

  /**
   * Changes one version in place: its ACL, tags or restore, or its content by appending. `change`
   * receives the present record, undefined for a delete marker, and may throw to refuse.
   * @param committed new blobs of the changed record
   */
  async update(
    bucket: BucketRecord,
    key: string,
    versionId: string | undefined,
    change: (record: ObjectRecord | undefined) => ObjectRecord,
    committed: readonly BlobRef[] = [],
  ): Promise<ObjectRecord> {
    return this.#runWrite(bucket, key, async (current) => {
      const found = await this.find(current.name, key, versionId)
      const present = found?.isDeleteMarker ? undefined : found
      const changed = change(present)
      if (!present) return this.#replace(current, changed, { rows: [], committed, orphaned: [] })
      const latest = this.get(current.name, key)
      const name =
        latest && versionOf(latest) === versionOf(present)
          ? row.object(current.name, key)
          : row.version(current.name, key, sequenceOf(present))
      await this.#blobs.commit([{ type: 'put', key: name, value: changed }], { committed })
      return changed
    })
  }

  /** Visits current objects in UTF-8 byte order, from the first key after `marker` on. */
  scan(
    bucket: string,
    prefix: string,
    marker: string,
    visit: (record: ObjectRecord) => ScanStep,
  ): Promise<void> {
    return this.#database.scan(`object\0${bucket}\0`, prefix, marker, visit)
  }

  /** All versions in the order of COS's list, by key and newest first, from those of `fromKey` on. */
  async *versions(
    bucket: string,
    prefix: string,
    fromKey: string,
  ): AsyncGenerator<{ record: ObjectRecord; isLatest: boolean }> {
    const read = (space: string) =>
      this.#database.values<ObjectRecord>(`${space}\0${bucket}\0${prefix}`, {
        gte: bytes(`${space}\0${bucket}\0${fromKey}`),
      })
    const [currents, noncurrents] = [read('object'), read('version')]
    try {
      let current = await readNext(currents)
      let noncurrent = await readNext(noncurrents)
      let lastKey: string | undefined
      for (;;) {
        const isCurrentNext =
          current && (!noncurrent || Buffer.compare(bytes(current.key), bytes(noncurrent.key)) <= 0)
        const record = isCurrentNext ? current : noncurrent
        if (!record) return
        yield { record, isLatest: record.key !== lastKey }
        lastKey = record.key
        if (isCurrentNext) current = await readNext(currents)
        else noncurrent = await readNext(noncurrents)
      }
    } finally {
      await currents.return?.()
      await noncurrents.return?.()
    }
  }

  /** The changes to the current version when another version replaces it. */
  async #retireCurrent(bucket: BucketRecord, key: string): Promise<Change> {
    const present = this.get(bucket.name, key)
    if (!bucket.versioning) return { rows: [], orphaned: present?.blobs ?? [] }
    const change: Change = { rows: [], orphaned: [] }
    const replacesNull = bucket.versioning === 'Suspended'
    if (present && replacesNull && versionOf(present) === NULL_VERSION) {
      change.orphaned.push(...present.blobs)
    } else if (present) {
      const value = { ...present, versionId: versionOf(present), sequence: sequenceOf(present) }
      change.rows.push({ type: 'put', key: row.version(bucket.name, key, value.sequence), value })
    }
    if (!replacesNull) return change
    for (const other of await this.#noncurrent(bucket.name, key)) {
      if (versionOf(other) !== NULL_VERSION) continue
      change.rows.push({ type: 'del', key: row.version(bucket.name, key, sequenceOf(other)) })
      change.orphaned.push(...other.blobs)
    }
    return change
  }

  /** Noncurrent versions and delete markers of a key, newest first. */
  async #noncurrent(bucket: string, key: string): Promise<ObjectRecord[]> {
    const records: ObjectRecord[] = []
    const rows = this.#database.values<ObjectRecord>(`version\0${bucket}\0${key}\0`)
    for await (const record of rows) records.push(record)
    return records
  }

  /** Microseconds, each larger than the last. */
  #nextSequence(): number {
    this.#lastSequence = Math.max(this.#lastSequence + 1, Date.now() * 1000)
    return this.#lastSequence
  }
}

async function readNext<Record>(iterator: AsyncIterator<Record>): Promise<Record | undefined> {
  const { done, value } = await iterator.next()
  return done ? undefined : value
}

function sequenceOf(record: ObjectRecord): number {
  return record.sequence ?? Date.parse(record.lastModified) * 1000
}

function deleteMarker(key: string): ObjectRecord {
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

function lockName(bucket: string, key: string): string {
  return `${bucket}/${key}`
}
