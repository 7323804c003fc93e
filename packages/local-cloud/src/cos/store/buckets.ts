import { CosServiceError } from '../errors'
import { type Database, row } from './database'
import type { BucketRecord } from './records'

/** Buckets and their settings. All of them are also in memory, because every request needs its bucket. */
export class Buckets {
  readonly #database: Database
  readonly #records = new Map<string, BucketRecord>()
  /** Writes and deletions in progress, by bucket. */
  readonly #writes = new Map<string, Set<Promise<unknown>>>()
  readonly #deletions = new Map<string, Promise<unknown>>()

  constructor(database: Database) {
    this.#database = database
  }

  /** Reads all buckets; from then on memory is updated only after the write is durable. */
  async load(): Promise<void> {
    this.#records.clear()
    for await (const record of this.#database.values<BucketRecord>('bucket\0')) {
      this.#records.set(record.name, record)
    }
  }

  get(name: string): BucketRecord | undefined {
    return this.#records.get(name)
  }

  list(): BucketRecord[] {
    return [...this.#records.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async put(record: BucketRecord): Promise<void> {
    await this.#database.write([{ type: 'put', key: row.bucket(record.name), value: record }])
    this.#records.set(record.name, record)
  }

  /** Changes a bucket's settings. Concurrent changes are serialized. */
  async update(name: string, change: (record: BucketRecord) => BucketRecord): Promise<void> {
    await this.#database.locks.run(`bucket ${name}`, async () => {
      const record = this.#records.get(name)
      if (record) await this.put(change(record))
    })
  }

  /**
   * Runs a write into a bucket, which cannot be deleted meanwhile.
   * @throws CosServiceError `NoSuchBucket` if it has been deleted since the request began
   */
  async runWrite<T>(name: string, write: () => Promise<T>): Promise<T> {
    // Another deletion may have begun while this one was waited for.
    while (this.#deletions.has(name)) await this.#deletions.get(name)
    if (!this.#records.has(name)) throw new CosServiceError('NoSuchBucket')
    const writes = this.#writes.get(name) ?? new Set()
    this.#writes.set(name, writes)
    const result = write()
    writes.add(result)
    try {
      return await result
    } finally {
      writes.delete(result)
    }
  }

  /** Deletes a bucket unless it has objects, versions or uploads in progress. */
  async delete(name: string): Promise<'deleted' | 'notEmpty'> {
    return this.#database.locks.run('delete a bucket', async () => {
      // New writes wait for the result.
      const deletion = this.#deleteAfterWrites(name)
      this.#deletions.set(name, deletion)
      try {
        return await deletion
      } finally {
        this.#deletions.delete(name)
      }
    })
  }

  async #deleteAfterWrites(name: string): Promise<'deleted' | 'notEmpty'> {
    await Promise.allSettled(this.#writes.get(name) ?? [])
    for (const space of ['object', 'version', 'upload']) {
      if (await this.#database.hasAny(`${space}\0${name}\0`)) return 'notEmpty'
    }
    await this.#database.write([{ type: 'del', key: row.bucket(name) }])
    this.#records.delete(name)
    return 'deleted'
  }
}
