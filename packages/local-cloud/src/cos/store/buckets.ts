import { Fault } from '../answer/fault'
import type { Engine } from './engine'
import type { BucketRecord } from './records'
import { after, bytes, row } from './rows'

/** Buckets and their settings. Every request asks for its bucket, so they are kept in memory too. */
export class Buckets {
  readonly #engine: Engine
  readonly #known = new Map<string, BucketRecord>()
  /** How many writes into a bucket are being committed, and what waits for them to end. */
  readonly #writes = new Map<string, number>()
  readonly #deletions = new Map<string, Promise<unknown>>()
  #drained: () => void = () => {}

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Reads all buckets once; later the memory is ahead of the disk by nothing. */
  async load(): Promise<void> {
    this.#known.clear()
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

  /**
   * Runs a write into a bucket, so that it is not deleted meanwhile.
   * @throws Fault `NoSuchBucket` when it has been deleted since the request began
   */
  async whileThere<T>(name: string, write: () => Promise<T>): Promise<T> {
    // Another deletion may have begun while this one was waited for.
    while (this.#deletions.has(name)) await this.#deletions.get(name)
    if (!this.#known.has(name)) throw new Fault('NoSuchBucket')
    this.#writes.set(name, (this.#writes.get(name) ?? 0) + 1)
    try {
      return await write()
    } finally {
      this.#writes.set(name, (this.#writes.get(name) ?? 1) - 1)
      if (this.#writes.get(name) === 0) this.#drained()
    }
  }

  /** Deletes a bucket unless it holds objects, versions or uploads in progress. */
  async delete(name: string): Promise<'deleted' | 'notEmpty'> {
    return this.#engine.locks.run('delete a bucket', async () => {
      // New writes wait for the answer, or the deletion would never get its turn.
      const deletion = this.#deleteOnceDrained(name)
      this.#deletions.set(name, deletion)
      try {
        return await deletion
      } finally {
        this.#deletions.delete(name)
      }
    })
  }

  async #deleteOnceDrained(name: string): Promise<'deleted' | 'notEmpty'> {
    while (this.#writes.get(name)) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve
      })
    }
    return this.#deleteIfEmpty(name)
  }

  async #deleteIfEmpty(name: string): Promise<'deleted' | 'notEmpty'> {
    for (const space of ['object', 'version', 'upload']) {
      if (await this.#engine.hasAny(`${space}\0${name}\0`)) return 'notEmpty'
    }
    await this.#engine.db.del(row.bucket(name), { sync: true })
    this.#known.delete(name)
    return 'deleted'
  }
}
