import type { Engine } from './engine'
import type { BucketRecord } from './records'
import { after, bytes, row } from './rows'

/** Buckets and their settings. Every request asks for its bucket, so they are kept in memory too. */
export class Buckets {
  readonly #engine: Engine
  readonly #known = new Map<string, BucketRecord>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Reads all buckets once; later the memory is ahead of the disk by nothing. */
  async load(): Promise<void> {
    const prefix = bytes('bucket\0')
    for await (const value of this.#engine.db.values({ gt: prefix, lt: after(prefix) })) {
      const record = value as BucketRecord
      this.#known.set(record.name, record)
    }
  }

  get(name: string): BucketRecord | undefined {
    return this.#known.get(name)
  }

  list(): BucketRecord[] {
    return [...this.#known.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async put(record: BucketRecord): Promise<void> {
    await this.#engine.db.put(row.bucket(record.name), record, { sync: true })
    this.#known.set(record.name, record)
  }

  /** Changes a bucket's settings, one change after another. */
  async update(name: string, change: (record: BucketRecord) => BucketRecord): Promise<void> {
    await this.#engine.locks.run(`bucket ${name}`, async () => {
      const record = this.#known.get(name)
      if (record) await this.put(change(record))
    })
  }

  /** Deletes a bucket unless it holds objects, versions or uploads in progress. */
  async delete(name: string): Promise<'deleted' | 'notEmpty'> {
    for (const space of ['object', 'version', 'upload']) {
      if (await this.#engine.hasAny(`${space}\0${name}\0`)) return 'notEmpty'
    }
    await this.#engine.db.del(row.bucket(name), { sync: true })
    this.#known.delete(name)
    return 'deleted'
  }
}
