import { createHash, randomUUID } from 'node:crypto'
import { closeSync, fdatasync, promises as fs, openSync, readFileSync, writeSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Crc64 } from './crc64'

/** Bytes that never change once written, under a random name. */
export interface Blob {
  id: string
  size: number
}

/** A blob just written, with the digests taken on the way. */
export interface WrittenBlob extends Blob {
  /** Lower-case hex. */
  md5: string
  /** Unsigned decimal. */
  crc64: string
}

/** Chunks are gathered to this size before they go to the disk: one `writev` instead of sixteen. */
const GATHER_BYTES = 1024 * 1024
/** A client that sends byte by byte must not make a million small buffers wait. */
const GATHER_CHUNKS = 512
const READ_BYTES = 256 * 1024

/** Blobs as files, spread over 256 folders by the first two letters of their name. */
export class Blobs {
  readonly #folder: string
  readonly #madeFolders = new Set<string>()

  constructor(folder: string) {
    this.#folder = folder
  }

  newId(): string {
    // Drawn from a prepared pool: fresh entropy for each blob would cost more than its bytes.
    return randomUUID().replace(/-/g, '')
  }

  path(id: string): string {
    return join(this.#folder, id.slice(0, 2), id)
  }

  /** The path of a new blob, its folder made. */
  async #newPath(id: string): Promise<string> {
    const folder = id.slice(0, 2)
    if (!this.#madeFolders.has(folder)) {
      await fs.mkdir(join(this.#folder, folder), { recursive: true })
      this.#madeFolders.add(folder)
    }
    return this.path(id)
  }

  /**
   * Writes a stream to the disk, and returns only when the bytes would survive a crash. Memory stays
   * flat: at most the gathered chunks are held.
   */
  async write(id: string, source: AsyncIterable<Uint8Array>): Promise<WrittenBlob> {
    const path = await this.#newPath(id)
    const md5 = createHash('md5')
    const crc64 = new Crc64()
    const writer = new GatheringWriter(path)
    try {
      for await (const chunk of source) {
        md5.update(chunk)
        crc64.update(chunk)
        await writer.take(chunk)
      }
      await writer.end()
    } catch (error) {
      await writer.close()
      throw error
    }
    return { id, size: writer.size, md5: md5.digest('hex'), crc64: crc64.decimal() }
  }

  /** A second name for the same bytes: copying costs no bytes and needs no reference count. */
  async link(from: string, to: string): Promise<void> {
    await fs.link(this.path(from), await this.#newPath(to))
  }

  /** All of a small blob, at once. */
  readWhole(id: string): Buffer {
    return readFileSync(this.path(id))
  }

  async open(id: string): Promise<FileHandle> {
    return fs.open(this.path(id), 'r')
  }

  async remove(id: string): Promise<void> {
    await fs.unlink(this.path(id)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
  }
}

/**
 * Collects chunks and writes many at once. The next ones are read and hashed while the last are on
 * their way to the disk; what fits into one gathering goes there in one step.
 */
class GatheringWriter {
  readonly #path: string
  #file: FileHandle | undefined
  #chunks: Uint8Array[] = []
  #bytes = 0
  #writing: Promise<void> = Promise.resolve()
  size = 0

  constructor(path: string) {
    this.#path = path
  }

  async take(chunk: Uint8Array): Promise<void> {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    this.size += chunk.length
    if (this.#bytes >= GATHER_BYTES || this.#chunks.length >= GATHER_CHUNKS) await this.#flush()
  }

  /** Everything on the disk, and there to stay. */
  async end(): Promise<void> {
    if (!this.#file) {
      await writeWhole(this.#path, this.#chunks)
      return
    }
    if (this.#bytes > 0) await this.#flush()
    await this.#writing
    await this.#file.datasync()
    await this.#file.close()
  }

  /** Lets go after a failure. */
  async close(): Promise<void> {
    await this.#writing.catch(() => {})
    await this.#file?.close()
  }

  async #flush(): Promise<void> {
    const [chunks, bytes] = [this.#chunks, this.#bytes]
    this.#chunks = []
    this.#bytes = 0
    this.#file ??= await fs.open(this.#path, 'wx')
    await this.#writing
    this.#writing = writeAll(this.#file, chunks, bytes)
    // Awaited by the next; until then a failure must not count as unhandled.
    this.#writing.catch(() => {})
  }
}

async function writeAll(file: FileHandle, chunks: Uint8Array[], total: number): Promise<void> {
  const { bytesWritten } = await file.writev(chunks)
  // A short write: the rest goes in one piece.
  if (bytesWritten < total) await file.writeFile(Buffer.concat(chunks).subarray(bytesWritten))
}

const fdatasyncAsync = promisify(fdatasync)

/**
 * A file that fits into memory: opening and writing are a few microseconds and done at once; only the
 * flush, which waits for the disk, is left to another thread.
 */
async function writeWhole(path: string, chunks: Uint8Array[]): Promise<void> {
  const fd = openSync(path, 'wx')
  try {
    const bytes = Buffer.concat(chunks)
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
    await fdatasyncAsync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Reads a byte range that may span several blobs, opening each file only when its turn comes. */
export async function* readBlobs(
  blobs: Blobs,
  list: readonly Blob[],
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  let offset = 0
  for (const blob of list) {
    const from = Math.max(start - offset, 0)
    const to = Math.min(end - offset, blob.size - 1)
    offset += blob.size
    if (from > to) continue
    const file = await blobs.open(blob.id)
    try {
      for (let position = from; position <= to; ) {
        const length = Math.min(READ_BYTES, to - position + 1)
        const { bytesRead, buffer } = await file.read(
          Buffer.allocUnsafe(length),
          0,
          length,
          position,
        )
        if (bytesRead === 0) throw new Error(`blob ${blob.id} ends before byte ${position}`)
        position += bytesRead
        yield bytesRead === length ? buffer : buffer.subarray(0, bytesRead)
      }
    } finally {
      await file.close()
    }
  }
}
