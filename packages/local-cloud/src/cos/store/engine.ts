import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import type { AbstractBatchOperation } from 'abstract-level'
import { ClassicLevel } from 'classic-level'
import { type Blob, Blobs, type WrittenBlob } from './blobs'
import { GroupCommit } from './groupCommit'
import { KeyedLock } from './keyedLock'
import { after, bytes, row } from './rows'

type Level = ClassicLevel<Buffer, unknown>
export type Batch = AbstractBatchOperation<Level, Buffer, unknown>[]

/** What a visitor of rows answers: go on, end, or skip whatever starts with a prefix. */
export type Visit = { skip: string } | 'next' | 'stop'

/** Raised with each change of the rows' shape; `migrate` then brings older data along. */
const SCHEMA_VERSION = 1

/**
 * Bytes in files that never change, everything else in one ordered table whose batches are atomic.
 *
 * A blob is *loose* from before its first byte until the batch that gives it to an object or part,
 * and again from the batch that takes it away until its file is gone. At start, what is loose is
 * deleted: so a crash at any moment loses no acknowledged write, shows no half one and leaves no
 * orphaned file.
 */
export class Engine {
  readonly blobs: Blobs
  readonly db: Level
  readonly locks = new KeyedLock()
  /** Batches that must survive a crash once they are acknowledged, and notes that need not. */
  readonly #commits: GroupCommit<Batch[number]>
  readonly #notes: GroupCommit<Batch[number]>
  readonly #sweeping = new Set<Promise<void>>()
  /** How many readers a blob has; one that is discarded meanwhile goes when the last has left. */
  readonly #readers = new Map<string, number>()
  readonly #leaving = new Set<string>()

  private constructor(db: Level, blobs: Blobs) {
    this.db = db
    this.blobs = blobs
    this.#commits = new GroupCommit(db, true)
    this.#notes = new GroupCommit(db, false)
  }

  /** Opens the data in a folder, making it if need be, and removes what a crash left over. */
  static async open(folder: string): Promise<Engine> {
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
    const engine = new Engine(db, new Blobs(blobFolder))
    await engine.#sweepLoose()
    return engine
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#sweeping)
    await this.db.close()
  }

  async #sweepLoose(): Promise<void> {
    const prefix = bytes('loose\0')
    for await (const key of this.db.keys({ gt: prefix, lt: after(prefix) })) {
      await this.blobs.remove(key.subarray(prefix.length).toString('utf8'))
      await this.db.del(key)
    }
  }

  async get<Record>(name: Buffer): Promise<Record | undefined> {
    return (await this.db.get(name)) as Record | undefined
  }

  /** Writes a new blob; it stays loose until a commit takes it. */
  async writeBlob(source: AsyncIterable<Uint8Array>): Promise<WrittenBlob> {
    const id = this.blobs.newId()
    await this.#notes.write([{ type: 'put', key: row.loose(id), value: 0 }])
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
    await this.#notes.write(
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
      await this.#notes.write([{ type: 'del', key: row.loose(id) }])
    }
  }

  /** As `discard`, later; what fails stays loose and is deleted at the next start. */
  discardLater(blobs: readonly Blob[]): void {
    if (blobs.length === 0) return
    const sweep = this.discard(blobs.map(({ id }) => id))
      .catch(() => {})
      .finally(() => this.#sweeping.delete(sweep))
    this.#sweeping.add(sweep)
  }

  /**
   * One atomic, crash-proof step: the given rows, `taken` blobs owned from now on, `dropped` ones
   * loose and then deleted.
   */
  async commit(batch: Batch, taken: readonly Blob[], dropped: readonly Blob[]): Promise<void> {
    const rows: Batch = [
      ...batch,
      ...taken.map(({ id }) => ({ type: 'del' as const, key: row.loose(id) })),
      ...dropped.map(({ id }) => ({ type: 'put' as const, key: row.loose(id), value: 0 })),
    ]
    await this.#commits.write(rows)
    this.discardLater(dropped)
  }

  /** Keeps blobs readable until the returned function is called, even if they are dropped meanwhile. */
  pin(blobs: readonly Blob[]): () => void {
    for (const { id } of blobs) this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1)
    let released = false
    return () => {
      if (released) return
      released = true
      for (const { id } of blobs) this.#leave(id)
    }
  }

  #leave(id: string): void {
    const left = (this.#readers.get(id) ?? 1) - 1
    if (left > 0) {
      this.#readers.set(id, left)
      return
    }
    this.#readers.delete(id)
    if (this.#leaving.delete(id)) this.discardLater([{ id, size: 0 }])
  }

  /** Whether any row starts with the prefix. */
  async hasAny(prefix: string): Promise<boolean> {
    const from = bytes(prefix)
    for await (const _ of this.db.keys({ gt: from, lt: after(from), limit: 1 })) return true
    return false
  }

  /**
   * Walks the rows of a space whose names go on with `prefix`, in byte order, from the first behind
   * `marker`.
   */
  async walk<Record>(
    space: string,
    prefix: string,
    marker: string,
    visit: (record: Record) => Visit,
  ): Promise<void> {
    const base = bytes(space)
    const from = Buffer.concat([base, bytes(prefix)])
    const behind = Buffer.concat([base, bytes(marker)])
    const iterator = this.db.iterator({
      ...(marker !== '' && Buffer.compare(behind, from) >= 0 ? { gt: behind } : { gte: from }),
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
          const next = visit(value as Record)
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
}
