import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import type { AbstractBatchOperation } from 'abstract-level'
import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import type { Blob, WrittenBlob } from './blob'
import { BlobFiles } from './blobFiles'
import { BlobThread } from './blobThread'
import { GroupCommit } from './groupCommit'
import { KeyedLock } from './keyedLock'
import type { Level } from './level'
import { after, bytes, row } from './rows'
import { migrate } from './schema'
import { isSmall, newBlobId, SmallBlobs } from './smallBlobs'

export type Batch = AbstractBatchOperation<Level, Buffer, unknown>[]

/** What a visitor of rows answers: go on, end, or skip whatever starts with a prefix. */
export type Visit = { skip: string } | 'next' | 'stop'

/** Up to here a blob is a row: a file and its flush would cost a small object most of its time. */
const MAX_SMALL_BYTES = 4096
const READ_BYTES = 256 * 1024
/** Up to here a read in one piece costs less than a stream. */
const WHOLE_BYTES = 64 * 1024

/**
 * Bytes in files that never change, everything else in one ordered table whose batches are atomic.
 *
 * A blob's file is *loose* from before its first byte until the batch that gives it to an object or
 * part, and again from the batch that takes it away until the file is gone. At start, what is loose is
 * deleted: so a crash at any moment loses no acknowledged write, shows no half one and leaves no
 * orphaned file. A small blob is a row that comes and goes with the batch itself.
 */
export class Engine {
  readonly db: Level
  readonly locks = new KeyedLock()
  readonly #files: BlobFiles
  readonly #thread: BlobThread
  readonly #small = new SmallBlobs()
  readonly #maxSmall: number
  /** Batches that must survive a crash once they are acknowledged, and notes that need not. */
  readonly #commits: GroupCommit<Batch[number]>
  readonly #notes: GroupCommit<Batch[number]>
  readonly #sweeping = new Set<Promise<void>>()
  /** How many readers a blob has; one that is discarded meanwhile goes when the last has left. */
  readonly #readers = new Map<string, number>()
  readonly #leaving = new Set<string>()

  private constructor(db: Level, folder: string, maxSmall: number) {
    this.db = db
    this.#thread = new BlobThread()
    this.#files = new BlobFiles(folder, this.#thread)
    this.#maxSmall = maxSmall
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
    try {
      await migrate(db, folder)
    } catch (error) {
      await db.close()
      throw error
    }
    const engine = new Engine(db, blobFolder, MAX_SMALL_BYTES)
    await engine.#sweepLoose()
    return engine
  }

  /** The same without a disk: every blob is a row, and all is gone at the end. */
  static async openInMemory(): Promise<Engine> {
    const db = new MemoryLevel<Buffer, unknown>({
      storeEncoding: 'buffer',
      keyEncoding: 'buffer',
      valueEncoding: 'json',
    })
    await db.open()
    // The same interface; what concerns the disk means nothing to it.
    return new Engine(db as unknown as Level, '', Number.POSITIVE_INFINITY)
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#sweeping)
    await this.#thread.close()
    await this.db.close()
  }

  async #sweepLoose(): Promise<void> {
    const prefix = bytes('loose\0')
    for await (const key of this.db.keys({ gt: prefix, lt: after(prefix) })) {
      const id = key.subarray(prefix.length).toString('utf8')
      if (isSmall(id)) await this.db.del(row.small(id))
      else await this.#files.remove(id)
      await this.db.del(key)
    }
  }

  /** At once: a row is in memory or one read away, and waiting for another thread costs more. */
  get<Record>(name: Buffer): Record | undefined {
    return this.db.getSync(name) as Record | undefined
  }

  /** Writes a new blob; it stays loose until a commit takes it. */
  async writeBlob(source: AsyncIterable<Uint8Array>): Promise<WrittenBlob> {
    const chunks: Uint8Array[] = []
    let size = 0
    const rest = source[Symbol.asyncIterator]()
    while (size <= this.#maxSmall) {
      const { done, value } = await rest.next()
      if (done) return this.#small.take(Buffer.concat(chunks))
      chunks.push(value)
      size += value.length
    }
    const id = newBlobId('file')
    try {
      await this.#notes.write([{ type: 'put', key: row.loose(id), value: 0 }])
      return await this.#files.write(id, joined(chunks, rest))
    } catch (error) {
      await this.discard([id])
      throw error
    }
  }

  /** New names for the same bytes; loose until a commit takes them. */
  async linkBlobs(blobs: readonly Blob[]): Promise<Blob[]> {
    const copies: Blob[] = []
    try {
      for (const blob of blobs) copies.push({ id: await this.#linkBlob(blob), size: blob.size })
    } catch (error) {
      this.discardLater(copies)
      throw error
    }
    return copies
  }

  async #linkBlob({ id, size }: Blob): Promise<string> {
    if (isSmall(id)) return this.#small.take(this.#readSmall(id)).id
    const copy = newBlobId('file')
    await this.#notes.write([{ type: 'put', key: row.loose(copy), value: 0 }])
    try {
      await this.#files.link(id, copy)
      return copy
    } catch (error) {
      await this.discard([copy])
      // A file can have so many names and no more: then the bytes are copied after all.
      if ((error as NodeJS.ErrnoException).code !== 'EMLINK') throw error
      return (await this.writeBlob(this.#streamFile(id, 0, size - 1))).id
    }
  }

  #readSmall(id: string): Buffer {
    const found = this.db.getSync<Buffer, Buffer>(row.small(id), { valueEncoding: 'buffer' })
    if (!found) throw new Error(`blob ${id} is missing`)
    return found
  }

  /** Bytes `start` to `end`, both included, of blobs that follow each other; pinned by the caller. */
  read(blobs: readonly Blob[], start: number, end: number): Buffer | AsyncGenerator<Uint8Array> {
    const [only, ...others] = blobs
    if (only && others.length === 0) {
      if (isSmall(only.id)) return this.#readSmall(only.id).subarray(start, end + 1)
      if (only.size <= WHOLE_BYTES) return this.#files.readWhole(only.id).subarray(start, end + 1)
    }
    return this.#stream(blobs, start, end)
  }

  /** Opens each file only when its turn comes. */
  async *#stream(blobs: readonly Blob[], start: number, end: number): AsyncGenerator<Uint8Array> {
    let offset = 0
    for (const { id, size } of blobs) {
      const from = Math.max(start - offset, 0)
      const to = Math.min(end - offset, size - 1)
      offset += size
      if (from > to) continue
      if (isSmall(id)) yield this.#readSmall(id).subarray(from, to + 1)
      else yield* this.#streamFile(id, from, to)
    }
  }

  async *#streamFile(id: string, from: number, to: number): AsyncGenerator<Uint8Array> {
    const file = await this.#files.open(id)
    try {
      for (let position = from; position <= to; ) {
        const length = Math.min(READ_BYTES, to - position + 1)
        const chunk = Buffer.allocUnsafe(length)
        const { bytesRead } = await file.read(chunk, 0, length, position)
        if (bytesRead === 0) throw new Error(`blob ${id} ends before byte ${position}`)
        position += bytesRead
        yield bytesRead === length ? chunk : chunk.subarray(0, bytesRead)
      }
    } finally {
      await file.close()
    }
  }

  /** Deletes loose blobs. */
  async discard(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      if (this.#small.forget(id)) continue
      if (this.#readers.has(id)) {
        this.#leaving.add(id)
        continue
      }
      const rows: Batch = [{ type: 'del', key: row.loose(id) }]
      if (isSmall(id)) rows.push({ type: 'del', key: row.small(id) })
      else await this.#files.remove(id)
      await this.#notes.write(rows)
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
    const rows: Batch = [...batch]
    for (const { id } of taken) {
      const value = this.#small.waiting(id)
      if (value) rows.push({ type: 'put', key: row.small(id), value, valueEncoding: 'buffer' })
      else rows.push({ type: 'del', key: row.loose(id) })
    }
    const later: Blob[] = []
    for (const blob of dropped) {
      if (isSmall(blob.id) && !this.#readers.has(blob.id)) {
        rows.push({ type: 'del', key: row.small(blob.id) })
        continue
      }
      rows.push({ type: 'put', key: row.loose(blob.id), value: 0 })
      later.push(blob)
    }
    await this.#commits.write(rows)
    for (const { id } of taken) this.#small.forget(id)
    this.discardLater(later)
  }

  /** Removes every row and blob. What is being read stays until its readers have left. */
  async clear(): Promise<void> {
    const owned: Blob[] = []
    for (const space of ['object', 'version', 'part']) {
      const prefix = bytes(`${space}\0`)
      for await (const value of this.db.values({ gt: prefix, lt: after(prefix) })) {
        owned.push(...(value as { blobs: Blob[] }).blobs)
      }
    }
    const rows: Batch = []
    for (const space of ['bucket', 'object', 'version', 'upload', 'uploadId', 'part']) {
      const prefix = bytes(`${space}\0`)
      for await (const key of this.db.keys({ gt: prefix, lt: after(prefix) })) {
        rows.push({ type: 'del', key })
      }
    }
    await this.commit(rows, [], owned)
    await Promise.allSettled(this.#sweeping)
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

async function* joined(
  chunks: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
    for (;;) {
      const { done, value } = await rest.next()
      if (done) return
      yield value
    }
  } finally {
    await rest.return?.()
  }
}
