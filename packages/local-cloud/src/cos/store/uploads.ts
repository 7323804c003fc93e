import type { Blobs } from './blobs'
import type { Buckets } from './buckets'
import { type Database, type RowChange, row, type ScanStep } from './database'
import type { Objects, OverwriteGuard } from './objects'
import type { BucketRecord, ObjectRecord, PartRecord, UploadRecord } from './records'

/** Multipart uploads in progress, and their parts. */
export class Uploads {
  readonly #database: Database
  readonly #blobs: Blobs
  readonly #buckets: Buckets
  readonly #objects: Objects

  constructor(database: Database, blobs: Blobs, buckets: Buckets, objects: Objects) {
    this.#database = database
    this.#blobs = blobs
    this.#buckets = buckets
    this.#objects = objects
  }

  async put(record: UploadRecord): Promise<void> {
    const { bucket, key, uploadId } = record
    const changes: RowChange[] = [
      { type: 'put', key: row.upload(bucket, key, uploadId), value: record },
      { type: 'put', key: row.uploadId(uploadId), value: record },
    ]
    await this.#buckets.runWrite(bucket, () => this.#database.write(changes))
  }

  get(uploadId: string): UploadRecord | undefined {
    return this.#database.get(row.uploadId(uploadId))
  }

  /** Visits uploads in progress by key, from those after `fromKey` on. */
  scan(
    bucket: string,
    prefix: string,
    fromKey: string,
    visit: (record: UploadRecord) => ScanStep,
  ): Promise<void> {
    return this.#database.scan(`upload\0${bucket}\0`, prefix, fromKey, visit)
  }

  /**
   * Stores a part, replacing an earlier one with its number, and commits its blobs.
   * @returns false if the upload has ended; the blobs are discarded then
   */
  async putPart({ uploadId }: UploadRecord, part: PartRecord): Promise<boolean> {
    const isStored = await this.#database.locks.run(uploadId, async () => {
      if (!this.get(uploadId)) return false
      const name = row.part(uploadId, part.number)
      const orphaned = this.#database.get<PartRecord>(name)?.blobs ?? []
      const put: RowChange = { type: 'put', key: name, value: part }
      await this.#blobs.commit([put], { committed: part.blobs, orphaned })
      return true
    })
    if (!isStored) this.#blobs.discard(part.blobs)
    return isStored
  }

  /** The parts uploaded so far, by number. */
  async parts(uploadId: string, afterNumber = 0, limit = -1): Promise<PartRecord[]> {
    const parts: PartRecord[] = []
    const rows = this.#database.values<PartRecord>(`part\0${uploadId}\0`, {
      gt: row.part(uploadId, afterNumber),
      limit,
    })
    for await (const part of rows) parts.push(part)
    return parts
  }

  /**
   * Turns an upload into an object in one transaction. `assemble` selects from the uploaded parts and
   * may throw to refuse; unused parts are deleted.
   * @returns undefined if the upload has ended
   */
  async complete(
    bucket: BucketRecord,
    uploadId: string,
    assemble: (upload: UploadRecord, parts: PartRecord[]) => ObjectRecord,
    guard?: OverwriteGuard,
  ): Promise<ObjectRecord | undefined> {
    return this.#database.locks.run(uploadId, async () => {
      const upload = this.get(uploadId)
      if (!upload) return undefined
      const parts = await this.parts(uploadId)
      const object = assemble(upload, parts)
      const used = new Set(object.blobs.map(({ id }) => id))
      const orphaned = parts.flatMap(({ blobs }) => blobs).filter(({ id }) => !used.has(id))
      const changes = { rows: buildRemoval(upload, parts), orphaned }
      return this.#objects.putWith(changes, bucket, object, guard)
    })
  }

  /** @returns false if the upload has already ended */
  async abort(uploadId: string): Promise<boolean> {
    return this.#database.locks.run(uploadId, async () => {
      const upload = this.get(uploadId)
      if (!upload) return false
      const parts = await this.parts(uploadId)
      const orphaned = parts.flatMap(({ blobs }) => blobs)
      await this.#blobs.commit(buildRemoval(upload, parts), { orphaned })
      return true
    })
  }
}

function buildRemoval({ bucket, key, uploadId }: UploadRecord, parts: PartRecord[]): RowChange[] {
  return [
    { type: 'del', key: row.upload(bucket, key, uploadId) },
    { type: 'del', key: row.uploadId(uploadId) },
    ...parts.map(({ number }) => ({ type: 'del' as const, key: row.part(uploadId, number) })),
  ]
}
