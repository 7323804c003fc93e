import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import type { AbstractBatchOperation } from 'abstract-level'
import { ClassicLevel } from 'classic-level'
import { type Blob, Blobs, type WrittenBlob } from './blobs'
import { KeyedLock } from './keyedLock'
import type { BucketRecord, ObjectRecord, PartRecord, UploadRecord } from './records'

type Level = ClassicLevel<Buffer, unknown>
type Batch = AbstractBatchOperation<Level, Buffer, unknown>[]

const SCHEMA_VERSION = 1

/** Row names: their UTF-8 bytes are the order of COS's lists. */
const row = {
  schema: () => bytes('schema'),
  bucket: (name: string) => bytes(`bucket\0${name}`),
  object: (bucket: string, key: string) => bytes(`object\0${bucket}\0${key}`),
  upload: (bucket: string, key: string, id: string) => bytes(`upload\0${bucket}\0${key}\0${id}`),
  uploadId: (id: string) => bytes(`uploadId\0${id}`),
  part: (id: string, number: number) => bytes(`part\0${id}\0${String(number).padStart(5, '0')}`),
  loose: (blob: string) => bytes(`loose\0${blob}`),
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'utf8')
}

/** Just behind every row that starts with the prefix: UTF-8 has no byte 0xFF. */
export function after(prefix: Buffer): Buffer {
  return Buffer.concat([prefix, Buffer.from([0xff])])
}

/**
 * Objects on disk: bytes in files that never change, everything else in one ordered table whose
 * batches are atomic.
 *
 * A blob is *loose* from before its first byte until the batch that gives it to an object or part,
 * and again from the batch that takes it away until its file is gone. At start, what is loose is
 * deleted: so a crash at any moment loses no acknowledged write, shows no half one and leaves no
 * orphaned file.
 */
export class Store {
  readonly blobs: Blobs
  readonly #db: Level
  readonly #locks = new KeyedLock()
  readonly #sweeping = new Set<Promise<void>>()
  /** How many readers a blob has; one that is discarded meanwhile goes when the last has left. */
  readonly #readers = new Map<string, number>()
  readonly #leaving = new Set<string>()

  private constructor(db: Level, blobs: Blobs) {
    this.#db = db
    this.blobs = blobs
  }

  /** Opens the store in a folder, making it if need be, and removes what a crash left over. */
  static async open(folder: string): Promise<Store> {
    const blobFolder = join(folder, 'blobs')
    await fs.mkdir(blobFolder, { recursive: true })
    const db: Level = new ClassicLevel(join(folder, 'metadata'), {
      keyEncoding: 'buffer',
      valueEncoding: 'json',
    })
    await db.open()
    const schema = await db.get(row.schema())
    if (schema === undefined) await db.put(row.schema(), SCHEMA_VERSION, { sync: true })
    else if (schema !== SCHEMA_VERSION) {
      await db.close()
      throw new Error(
        `the data in ${folder} has schema ${String(schema)}; this version reads ${SCHEMA_VERSION}`,
      )
    }
    const store = new Store(db, new Blobs(blobFolder))
    await store.#sweepLoose()
    return store
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#sweeping)
    await this.#db.close()
  }

  async #sweepLoose(): Promise<void> {
    const prefix = bytes('loose\0')
    for await (const key of this.#db.keys({ gt: prefix, lt: after(prefix) })) {
      await this.blobs.remove(key.subarray(prefix.length).toString('utf8'))
      await this.#db.del(key)
    }
  }

  // ── blobs ──────────────────────────────────────────────────────────────────────────────────────

  /** Writes a new blob; it stays loose until a commit takes it. */
  async writeBlob(source: AsyncIterable<Uint8Array>): Promise<WrittenBlob> {
    const id = this.blobs.newId()
    await this.#db.put(row.loose(id), 0)
    try {
      return await this.blobs.write(id, source)
    } catch (error) {
      await this.discard([id])
      throw error
    }
  }

  /** New names for the same bytes; loose until a commit takes them. */
  async linkBlobs(blobs: readonly Blob[]): Promise<Blob[]> {
    const copies = blobs.map(({ size }) => ({ id: this.blobs.newId(), size }))
    await this.#db.batch(
      copies.map(({ id }) => ({ type: 'put' as const, key: row.loose(id), value: 0 })),
    )
    for (const [i, blob] of blobs.entries()) {
      await this.blobs.link(blob.id, (copies[i] as Blob).id)
    }
    return copies
  }

  /** Deletes loose blobs' files. */
  async discard(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      if (this.#readers.has(id)) {
        this.#leaving.add(id)
        continue
      }
      await this.blobs.remove(id)
      await this.#db.del(row.loose(id))
    }
  }

  /**
   * One atomic, crash-proof step: the given rows, `taken` blobs owned from now on, `dropped` ones
   * loose and then deleted.
   */
  async #commit(batch: Batch, taken: readonly Blob[], dropped: readonly Blob[]): Promise<void> {
    const rows: Batch = [
      ...batch,
      ...taken.map(({ id }) => ({ type: 'del' as const, key: row.loose(id) })),
      ...dropped.map(({ id }) => ({ type: 'put' as const, key: row.loose(id), value: 0 })),
    ]
    await this.#db.batch(rows, { sync: true })
    if (dropped.length === 0) return
    this.#discardLater(dropped.map(({ id }) => id))
  }

  /** What cannot be deleted now stays loose and is deleted at the next start. */
  #discardLater(ids: string[]): void {
    const sweep = this.discard(ids)
      .catch(() => {})
      .finally(() => this.#sweeping.delete(sweep))
    this.#sweeping.add(sweep)
  }

  // ── buckets ────────────────────────────────────────────────────────────────────────────────────

  async getBucket(name: string): Promise<BucketRecord | undefined> {
    return (await this.#db.get(row.bucket(name))) as BucketRecord | undefined
  }

  async putBucket(record: BucketRecord): Promise<void> {
    await this.#db.put(row.bucket(record.name), record, { sync: true })
  }

  /** Deletes a bucket unless it holds objects or uploads in progress. */
  async deleteBucket(name: string): Promise<'deleted' | 'notEmpty'> {
    for (const kind of ['object', 'upload']) {
      const prefix = bytes(`${kind}\0${name}\0`)
      for await (const _ of this.#db.keys({ gt: prefix, lt: after(prefix), limit: 1 })) {
        return 'notEmpty'
      }
    }
    await this.#db.del(row.bucket(name), { sync: true })
    return 'deleted'
  }

  async listBuckets(): Promise<BucketRecord[]> {
    const prefix = bytes('bucket\0')
    const found: BucketRecord[] = []
    for await (const value of this.#db.values({ gt: prefix, lt: after(prefix) })) {
      found.push(value as BucketRecord)
    }
    return found
  }

  // ── objects ────────────────────────────────────────────────────────────────────────────────────

  async getObject(bucket: string, key: string): Promise<ObjectRecord | undefined> {
    return (await this.#db.get(row.object(bucket, key))) as ObjectRecord | undefined
  }

  /** An object whose bytes stay readable until `release`, even if it is replaced meanwhile. */
  async pinObject(
    bucket: string,
    key: string,
  ): Promise<{ object: ObjectRecord; release: () => void } | undefined> {
    return this.#locks.run(`${bucket}/${key}`, async () => {
      const object = await this.getObject(bucket, key)
      if (!object) return undefined
      for (const { id } of object.blobs) this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1)
      let released = false
      const release = () => {
        if (released) return
        released = true
        for (const { id } of object.blobs) this.#leave(id)
      }
      return { object, release }
    })
  }

  #leave(id: string): void {
    const left = (this.#readers.get(id) ?? 1) - 1
    if (left > 0) {
      this.#readers.set(id, left)
      return
    }
    this.#readers.delete(id)
    if (this.#leaving.delete(id)) this.#discardLater([id])
  }

  /**
   * Puts an object in place of what is there. `guard` sees the present record under the lock and may
   * throw to refuse.
   */
  async putObject(
    bucket: string,
    record: ObjectRecord,
    guard?: (present: ObjectRecord | undefined) => void,
  ): Promise<void> {
    try {
      await this.#locks.run(`${bucket}/${record.key}`, async () => {
        const present = await this.getObject(bucket, record.key)
        guard?.(present)
        await this.#commit(
          [{ type: 'put', key: row.object(bucket, record.key), value: record }],
          record.blobs,
          present?.blobs ?? [],
        )
      })
    } catch (error) {
      this.#discardLater(record.blobs.map(({ id }) => id))
      throw error
    }
  }

  async deleteObject(bucket: string, key: string): Promise<void> {
    await this.#locks.run(`${bucket}/${key}`, async () => {
      const present = await this.getObject(bucket, key)
      if (!present) return
      await this.#commit([{ type: 'del', key: row.object(bucket, key) }], [], present.blobs)
    })
  }

  /**
   * Walks a bucket's objects in UTF-8 byte order, from the first key behind `marker`. The visitor may
   * answer with a prefix to skip whatever starts with it.
   */
  async walkObjects(
    bucket: string,
    prefix: string,
    marker: string,
    visit: (record: ObjectRecord) => { skip: string } | 'next' | 'stop',
  ): Promise<void> {
    await this.#walk(`object\0${bucket}\0`, prefix, bytes(marker), (value) =>
      visit(value as ObjectRecord),
    )
  }

  async #walk(
    space: string,
    prefix: string,
    marker: Buffer,
    visit: (value: unknown) => { skip: string } | 'next' | 'stop',
  ): Promise<void> {
    const base = bytes(space)
    const from = Buffer.concat([base, bytes(prefix)])
    const behind = Buffer.concat([base, marker])
    const iterator = this.#db.iterator({
      ...(marker.length > 0 && Buffer.compare(behind, from) >= 0 ? { gt: behind } : { gte: from }),
      lt: after(from),
    })
    let resume: Buffer | undefined
    try {
      for (;;) {
        const entries = await iterator.nextv(256)
        if (entries.length === 0) return
        for (const [name, value] of entries) {
          if (resume && Buffer.compare(name, resume) < 0) continue
          resume = undefined
          const next = visit(value)
          if (next === 'stop') return
          if (next !== 'next') resume = after(Buffer.concat([base, bytes(next.skip)]))
        }
        // Still inside what is skipped: jump, instead of reading through it.
        if (resume) iterator.seek(resume)
      }
    } finally {
      await iterator.close()
    }
  }

  // ── multipart uploads ──────────────────────────────────────────────────────────────────────────

  async putUpload(record: UploadRecord): Promise<void> {
    await this.#db.batch(
      [
        {
          type: 'put',
          key: row.upload(record.bucket, record.key, record.uploadId),
          value: record,
        },
        { type: 'put', key: row.uploadId(record.uploadId), value: record },
      ],
      { sync: true },
    )
  }

  async getUpload(uploadId: string): Promise<UploadRecord | undefined> {
    return (await this.#db.get(row.uploadId(uploadId))) as UploadRecord | undefined
  }

  async walkUploads(
    bucket: string,
    prefix: string,
    visit: (record: UploadRecord) => { skip: string } | 'next' | 'stop',
  ): Promise<void> {
    await this.#walk(`upload\0${bucket}\0`, prefix, Buffer.alloc(0), (value) =>
      visit(value as UploadRecord),
    )
  }

  /** Stores a part in place of an earlier one of its number. False when the upload is gone. */
  async putPart(upload: UploadRecord, part: PartRecord): Promise<boolean> {
    return this.#locks.run(upload.uploadId, async () => {
      if (!(await this.getUpload(upload.uploadId))) return false
      const name = row.part(upload.uploadId, part.number)
      const present = (await this.#db.get(name)) as PartRecord | undefined
      await this.#commit(
        [{ type: 'put', key: name, value: part }],
        part.blobs,
        present?.blobs ?? [],
      )
      return true
    })
  }

  /** The parts that have arrived, by number. */
  async listParts(uploadId: string, afterNumber = 0, limit = -1): Promise<PartRecord[]> {
    const parts: PartRecord[] = []
    const end = after(bytes(`part\0${uploadId}\0`))
    for await (const value of this.#db.values({
      gt: row.part(uploadId, afterNumber),
      lt: end,
      limit,
    })) {
      parts.push(value as PartRecord)
    }
    return parts
  }

  /**
   * Turns an upload into an object in one step. `assemble` chooses among the parts that have arrived
   * and may throw to refuse; parts it leaves out are dropped.
   * @returns undefined when the upload is gone
   */
  async completeUpload(
    uploadId: string,
    assemble: (upload: UploadRecord, parts: PartRecord[]) => ObjectRecord,
  ): Promise<ObjectRecord | undefined> {
    return this.#locks.run(uploadId, async () => {
      const upload = await this.getUpload(uploadId)
      if (!upload) return undefined
      const parts = await this.listParts(uploadId)
      const object = assemble(upload, parts)
      return this.#locks.run(`${upload.bucket}/${upload.key}`, async () => {
        const present = await this.getObject(upload.bucket, upload.key)
        const used = new Set(object.blobs.map(({ id }) => id))
        const unused = parts.flatMap(({ blobs }) => blobs).filter(({ id }) => !used.has(id))
        await this.#commit(
          [
            { type: 'put', key: row.object(upload.bucket, upload.key), value: object },
            ...this.#uploadRows(upload, parts),
          ],
          [],
          [...(present?.blobs ?? []), ...unused],
        )
        return object
      })
    })
  }

  /** Gives an upload up. False when it is gone already. */
  async abortUpload(uploadId: string): Promise<boolean> {
    return this.#locks.run(uploadId, async () => {
      const upload = await this.getUpload(uploadId)
      if (!upload) return false
      const parts = await this.listParts(uploadId)
      await this.#commit(
        this.#uploadRows(upload, parts),
        [],
        parts.flatMap(({ blobs }) => blobs),
      )
      return true
    })
  }

  /** Deletions of all rows of an upload. */
  #uploadRows(upload: UploadRecord, parts: PartRecord[]): Batch {
    return [
      { type: 'del', key: row.upload(upload.bucket, upload.key, upload.uploadId) },
      { type: 'del', key: row.uploadId(upload.uploadId) },
      ...parts.map(({ number }) => ({
        type: 'del' as const,
        key: row.part(upload.uploadId, number),
      })),
    ]
  }
}
