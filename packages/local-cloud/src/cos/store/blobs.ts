import { createHash, randomBytes } from 'node:crypto'
import { promises as fs } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
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
    return randomBytes(16).toString('hex')
  }

  path(id: string): string {
    return join(this.#folder, id.slice(0, 2), id)
  }

  async #create(id: string): Promise<FileHandle> {
    const folder = id.slice(0, 2)
    if (!this.#madeFolders.has(folder)) {
      await fs.mkdir(join(this.#folder, folder), { recursive: true })
      this.#madeFolders.add(folder)
    }
    return fs.open(this.path(id), 'wx')
  }

  /**
   * Writes a stream to the disk, and returns only when the bytes would survive a crash. Memory stays
   * flat: at most the gathered chunks are held.
   */
  async write(id: string, source: AsyncIterable<Uint8Array>): Promise<WrittenBlob> {
    const file = await this.#create(id)
    try {
      const md5 = createHash('md5')
      const crc64 = new Crc64()
      let size = 0
      let gathered: Uint8Array[] = []
      let gatheredBytes = 0
      const flush = async () => {
        if (gatheredBytes === 0) return
        await writeAll(file, gathered, gatheredBytes)
        gathered = []
        gatheredBytes = 0
      }
      for await (const chunk of source) {
        md5.update(chunk)
        crc64.update(chunk)
        size += chunk.length
        gathered.push(chunk)
        gatheredBytes += chunk.length
        if (gatheredBytes >= GATHER_BYTES || gathered.length >= GATHER_CHUNKS) await flush()
      }
      await flush()
      await file.datasync()
      return { id, size, md5: md5.digest('hex'), crc64: crc64.decimal() }
    } finally {
      await file.close()
    }
  }

  /** A second name for the same bytes: copying costs no bytes and needs no reference count. */
  async link(from: string, to: string): Promise<void> {
    await (await this.#create(to)).close()
    await fs.unlink(this.path(to))
    await fs.link(this.path(from), this.path(to))
  }

  async open(id: string): Promise<FileHandle> {
    return fs.open(this.path(id), 'r')
  }

  async remove(id: string): Promise<void> {
    await fs.rm(this.path(id), { force: true })
  }
}

async function writeAll(file: FileHandle, chunks: Uint8Array[], total: number): Promise<void> {
  const { bytesWritten } = await file.writev(chunks)
  // A short write: the rest goes in one piece.
  if (bytesWritten < total) await file.writeFile(Buffer.concat(chunks).subarray(bytesWritten))
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
