import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, promises as fs } from 'node:fs'
import { join } from 'node:path'
import { Crc64 } from './crc64'
import { type Database, type RowChange, row } from './database'
import type { BlobRef, WrittenBlob } from './records'

/** Blobs up to this size are rows, because writing and flushing a file would take longer. */
const MAX_INLINE_BYTES = 4096
const READ_BYTES = 256 * 1024
/** Chunks of a body are joined up to this size, because each write needs a thread. */
const WRITE_BYTES = 64 * 1024
/** Ids of blobs that are rows start with it; those of files are hexadecimal. */
const INLINE_PREFIX = 's'

/**
 * The bytes of objects and parts. A blob never changes once it is written.
 *
 * The blob of a file is *pending* from before its first byte until the transaction that commits it, and
 * *orphaned* from the transaction that removes its last owner until the file is deleted; a row marks it
 * in both states. At start, all marked blobs are deleted. A crash at any moment therefore loses no acknowledged
 * write, shows no partial one and leaves no file behind. An inline blob is a row that the transaction
 * itself writes.
 */
export class Blobs {
  readonly #database: Database
  /** Undefined in memory, where every blob is inline. */
  readonly #folder: string | undefined
  readonly #pendingInline = new Map<string, Buffer>()
  /** Number of readers of each blob. A blob that is orphaned meanwhile is deleted after its last reader. */
  readonly #readers = new Map<string, number>()
  readonly #orphanedWhileRead = new Set<string>()
  readonly #deletions = new Set<Promise<void>>()

  constructor(database: Database, folder?: string) {
    this.#database = database
    this.#folder = folder
  }

  /** Deletes blobs that were pending or orphaned at a crash. */
  async recover(): Promise<void> {
    const prefix = row.pendingBlob('')
    for await (const name of this.#database.keys(prefix.toString())) {
      await this.#delete(name.subarray(prefix.length).toString())
    }
  }

  /** Waits for deletions in progress. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#deletions)
  }

  /** Writes a pending blob. Only the last piece of a body is small: a small first piece is the whole body. */
  async write(source: AsyncIterable<Uint8Array>): Promise<WrittenBlob> {
    const pieces = joined(source)
    if (this.#folder === undefined) return this.#writeInline(await collect(pieces))
    const { value: first = Buffer.alloc(0) } = await pieces.next()
    return first.length <= MAX_INLINE_BYTES
      ? this.#writeInline(Buffer.from(first))
      : this.#writeFile(first, pieces)
  }

  #writeInline(content: Buffer): WrittenBlob {
    const id = INLINE_PREFIX + newId().slice(1)
    this.#pendingInline.set(id, content)
    const digest = new Digest()
    digest.update(content)
    return { id, ...digest.result() }
  }

  async #writeFile(first: Uint8Array, rest: AsyncIterable<Uint8Array>): Promise<WrittenBlob> {
    const id = newId()
    try {
      await this.#markPending(id)
      const file = await fs.open(await this.#newPath(id), 'wx')
      try {
        const digest = new Digest()
        digest.update(first)
        let writing = file.appendFile(first)
        writing.catch(() => {})
        // The next bytes are received and hashed while the last ones are written.
        for await (const bytes of rest) {
          digest.update(bytes)
          await writing
          writing = file.appendFile(bytes)
          writing.catch(() => {})
        }
        await writing
        await file.datasync()
        return { id, ...digest.result() }
      } finally {
        await file.close()
      }
    } catch (error) {
      await this.#delete(id)
      throw error
    }
  }

  /** Pending copies of blobs. Files are linked: a copy takes no space and needs no reference count. */
  async copy(blobs: readonly BlobRef[]): Promise<BlobRef[]> {
    const copies: BlobRef[] = []
    try {
      for (const blob of blobs) copies.push(await this.#copyOne(blob))
    } catch (error) {
      this.discard(copies)
      throw error
    }
    return copies
  }

  async #copyOne({ id, size }: BlobRef): Promise<BlobRef> {
    if (isInline(id)) return { id: this.#writeInline(this.#readInline(id)).id, size }
    const copy = newId()
    await this.#markPending(copy)
    try {
      await fs.link(this.#path(id), await this.#newPath(copy))
      return { id: copy, size }
    } catch (error) {
      await this.#delete(copy)
      // The file has the maximum number of links: its bytes are copied.
      if (errorCode(error) !== 'EMLINK') throw error
      return { id: (await this.write(this.#readFile(id, 0, size - 1))).id, size }
    }
  }

  /**
   * Reads bytes `start` to `end`, both included, of consecutive blobs. The caller has pinned them.
   * Files are streamed, each opened when its turn comes.
   */
  read(blobs: readonly BlobRef[], start: number, end: number): Buffer | AsyncIterable<Uint8Array> {
    const [first] = blobs
    return blobs.length === 1 && first && isInline(first.id)
      ? this.#readInline(first.id).subarray(start, end + 1)
      : this.#stream(blobs, start, end)
  }

  async *#stream(
    blobs: readonly BlobRef[],
    start: number,
    end: number,
  ): AsyncGenerator<Uint8Array> {
    let offset = 0
    for (const { id, size } of blobs) {
      const from = Math.max(start - offset, 0)
      const to = Math.min(end - offset, size - 1)
      offset += size
      if (from > to) continue
      if (isInline(id)) yield this.#readInline(id).subarray(from, to + 1)
      else yield* this.#readFile(id, from, to)
    }
  }

  async *#readFile(id: string, start: number, end: number): AsyncGenerator<Uint8Array> {
    const stream = createReadStream(this.#path(id), { start, end, highWaterMark: READ_BYTES })
    let position = start
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      position += chunk.length
      yield chunk
    }
    if (position <= end) throw new Error(`blob ${id} ends at byte ${position}`)
  }

  #readInline(id: string): Buffer {
    const content = this.#database.getBytes(row.inlineBlob(id))
    if (!content) throw new Error(`blob ${id} is missing`)
    return content
  }

  /** Keeps blobs readable until the returned function is called, even if they are orphaned meanwhile. */
  pin(blobs: readonly BlobRef[]): () => void {
    for (const { id } of blobs) this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1)
    let isReleased = false
    return () => {
      if (isReleased) return
      isReleased = true
      for (const { id } of blobs) this.#unpin(id)
    }
  }

  #unpin(id: string): void {
    const readers = (this.#readers.get(id) ?? 1) - 1
    if (readers > 0) {
      this.#readers.set(id, readers)
      return
    }
    this.#readers.delete(id)
    if (this.#orphanedWhileRead.delete(id)) this.discard([{ id, size: 0 }])
  }

  /**
   * One durable transaction: row changes, pending blobs that they commit, and committed blobs that they
   * orphan. Orphaned files are deleted afterwards.
   */
  async commit(
    changes: readonly RowChange[],
    { committed = [], orphaned = [] }: BlobChanges,
  ): Promise<void> {
    const rows: RowChange[] = [...changes]
    for (const { id } of committed) {
      const value = this.#pendingInline.get(id)
      rows.push(
        value
          ? { type: 'put', key: row.inlineBlob(id), value, valueEncoding: 'buffer' }
          : { type: 'del', key: row.pendingBlob(id) },
      )
    }
    const later: BlobRef[] = []
    for (const blob of orphaned) {
      if (isInline(blob.id) && !this.#readers.has(blob.id)) {
        rows.push({ type: 'del', key: row.inlineBlob(blob.id) })
      } else {
        rows.push({ type: 'put', key: row.pendingBlob(blob.id), value: 0 })
        later.push(blob)
      }
    }
    await this.#database.write(rows)
    for (const { id } of committed) this.#pendingInline.delete(id)
    this.discard(later)
  }

  /** Deletes pending or orphaned blobs in the background; a failure leaves them for the next start. */
  discard(blobs: readonly BlobRef[]): void {
    for (const { id } of blobs) {
      const deletion = this.#delete(id)
        .catch(() => {})
        .finally(() => this.#deletions.delete(deletion))
      this.#deletions.add(deletion)
    }
  }

  async #delete(id: string): Promise<void> {
    if (this.#pendingInline.delete(id)) return
    if (this.#readers.has(id)) {
      this.#orphanedWhileRead.add(id)
      return
    }
    const rows: RowChange[] = [{ type: 'del', key: row.pendingBlob(id) }]
    if (isInline(id)) rows.push({ type: 'del', key: row.inlineBlob(id) })
    else await this.#unlink(id)
    await this.#database.writeLazily(rows)
  }

  async #unlink(id: string): Promise<void> {
    try {
      await fs.unlink(this.#path(id))
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
  }

  #markPending(id: string): Promise<void> {
    return this.#database.writeLazily([{ type: 'put', key: row.pendingBlob(id), value: 0 }])
  }

  /** Files are spread over 256 folders. */
  #path(id: string): string {
    return join(this.#folder ?? '', id.slice(0, 2), id)
  }

  async #newPath(id: string): Promise<string> {
    await fs.mkdir(join(this.#folder ?? '', id.slice(0, 2)), { recursive: true })
    return this.#path(id)
  }
}

/** The changes of a transaction to blobs. */
interface BlobChanges {
  /** Pending blobs that get an owner. */
  committed?: readonly BlobRef[]
  /** Committed blobs that lose their owner. */
  orphaned?: readonly BlobRef[]
}

/** Computes size, MD5 and CRC-64 of a stream. */
class Digest {
  readonly #md5 = createHash('md5')
  readonly #crc64 = new Crc64()
  #size = 0

  update(chunk: Uint8Array): void {
    this.#md5.update(chunk)
    this.#crc64.update(chunk)
    this.#size += chunk.length
  }

  result(): Omit<WrittenBlob, 'id'> {
    return { size: this.#size, md5: this.#md5.digest('hex'), crc64: this.#crc64.decimal() }
  }
}

function isInline(id: string): boolean {
  return id.startsWith(INLINE_PREFIX)
}

function newId(): string {
  return randomUUID().replace(/-/g, '')
}

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}

/** Joins the small chunks of a stream: only its last piece is smaller than WRITE_BYTES. */
async function* joined(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
  let chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source) {
    if (size === 0 && chunk.length >= WRITE_BYTES) {
      yield chunk
      continue
    }
    chunks.push(chunk)
    size += chunk.length
    if (size < WRITE_BYTES) continue
    yield Buffer.concat(chunks)
    chunks = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(chunks)
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const collected: Uint8Array[] = []
  for await (const piece of pieces) collected.push(piece)
  return Buffer.concat(collected)
}
