import type { Buckets } from './buckets'
import type { Batch, Engine, Visit } from './engine'
import { lockOf, type Objects } from './objects'
import type { BucketRecord, ObjectRecord, PartRecord, UploadRecord } from './records'
import { after, bytes, row } from './rows'

/** Multipart uploads in progress, and their parts. */
export class Uploads {
  readonly #engine: Engine
  readonly #objects: Objects

  readonly #buckets: Buckets

  constructor(engine: Engine, objects: Objects, buckets: Buckets) {
    this.#engine = engine
    this.#objects = objects
    this.#buckets = buckets
  }

  async put(record: UploadRecord): Promise<void> {
    const { bucket, key, uploadId } = record
    const rows: Batch = [
      { type: 'put', key: row.upload(bucket, key, uploadId), value: record },
      { type: 'put', key: row.uploadId(uploadId), value: record },
    ]
    await this.#buckets.whileThere(bucket, () => this.#engine.commit(rows, [], []))
  }

  get(uploadId: string): UploadRecord | undefined {
    return this.#engine.get(row.uploadId(uploadId))
  }

  /** Walks open uploads by key, from those of `fromKey` on. */
  walk(
    bucket: string,
    prefix: string,
    fromKey: string,
    visit: (record: UploadRecord) => Visit,
  ): Promise<void> {
    return this.#engine.walk(`upload\0${bucket}\0`, prefix, fromKey, visit)
  }

  /** Stores a part in place of an earlier one of its number. False when the upload is gone. */
  async putPart({ uploadId }: UploadRecord, part: PartRecord): Promise<boolean> {
    return this.#engine.locks.run(uploadId, async () => {
      if (!this.get(uploadId)) return false
      const name = row.part(uploadId, part.number)
      const present = this.#engine.get<PartRecord>(name)
      await this.#engine.commit(
        [{ type: 'put', key: name, value: part }],
        part.blobs,
        present?.blobs ?? [],
      )
      return true
    })
  }

  /** The parts that have arrived, by number. */
  async parts(uploadId: string, afterNumber = 0, limit = -1): Promise<PartRecord[]> {
    const found = await this.#engine.db
      .values({
        gt: row.part(uploadId, afterNumber),
        lt: after(bytes(`part\0${uploadId}\0`)),
        limit,
      })
      .all()
    return found as PartRecord[]
  }

  /**
   * Turns an upload into an object in one step. `assemble` chooses among the parts that have arrived
   * and may throw to refuse; parts it leaves out are dropped. `guard` sees the object that would be replaced, and
   * may throw too.
   * @returns undefined when the upload is gone
   */
  async complete(
    given: BucketRecord,
    uploadId: string,
    assemble: (upload: UploadRecord, parts: PartRecord[]) => ObjectRecord,
    guard?: (present: ObjectRecord | undefined, bucket: BucketRecord) => void,
  ): Promise<ObjectRecord | undefined> {
    return this.#buckets.whileThere(given.name, () =>
      this.#engine.locks.run(uploadId, async () => {
        const upload = this.get(uploadId)
        if (!upload) return undefined
        const parts = await this.parts(uploadId)
        const assembled = assemble(upload, parts)
        return this.#engine.locks.run(lockOf(given.name, upload.key), async () => {
          const bucket = this.#buckets.get(given.name) ?? given
          guard?.(this.#objects.get(given.name, upload.key), bucket)
          const object = this.#objects.withVersion(bucket, assembled)
          const { rows, dropped } = await this.#objects.changeFor(bucket, object)
          const used = new Set(object.blobs.map(({ id }) => id))
          const unused = parts.flatMap(({ blobs }) => blobs).filter(({ id }) => !used.has(id))
          await this.#engine.commit(
            [...rows, ...this.#removal(upload, parts)],
            [],
            [...dropped, ...unused],
          )
          return object
        })
      }),
    )
  }

  /** Gives an upload up. False when it is gone already. */
  async abort(uploadId: string): Promise<boolean> {
    return this.#engine.locks.run(uploadId, async () => {
      const upload = this.get(uploadId)
      if (!upload) return false
      const parts = await this.parts(uploadId)
      await this.#engine.commit(
        this.#removal(upload, parts),
        [],
        parts.flatMap(({ blobs }) => blobs),
      )
      return true
    })
  }

  #removal({ bucket, key, uploadId }: UploadRecord, parts: PartRecord[]): Batch {
    return [
      { type: 'del', key: row.upload(bucket, key, uploadId) },
      { type: 'del', key: row.uploadId(uploadId) },
      ...parts.map(({ number }) => ({ type: 'del' as const, key: row.part(uploadId, number) })),
    ]
  }
}
