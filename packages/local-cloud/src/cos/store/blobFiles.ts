import { createHash } from 'node:crypto'
import { closeSync, fdatasync, promises as fs, openSync, readFileSync, writeSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { WrittenBlob } from './blob'
import { type BlobThread, type ThreadedFile, transferable } from './blobThread'
import { Crc64 } from './crc64'

/** Chunks are gathered to this size before they go on: one `writev` instead of sixteen. */
const GATHER_BYTES = 512 * 1024
/** A client that sends byte by byte must not make a million small buffers wait: so many become one. */
const GATHER_CHUNKS = 512

/** Blobs as files, spread over 256 folders by the first two letters of their name. */
export class BlobFiles {
  readonly #folder: string
  readonly #thread: BlobThread
  readonly #madeFolders = new Set<string>()

  constructor(folder: string, thread: BlobThread) {
    this.#folder = folder
    this.#thread = thread
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
    const crc64 = new Crc64()
    const writer = new GatheringWriter(await this.#newPath(id), this.#thread)
    try {
      for await (const chunk of source) {
        crc64.update(chunk)
        await writer.take(chunk)
      }
      const md5 = await writer.end()
      return { id, size: writer.size, md5, crc64: crc64.decimal() }
    } catch (error) {
      await writer.giveUp()
      throw error
    }
  }

  /** A second name for the same bytes: copying costs no bytes and needs no reference count. */
  async link(from: string, to: string): Promise<void> {
    await fs.link(this.path(from), await this.#newPath(to))
  }

  /** All of a blob that fits into memory, at once. */
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
 * Collects chunks. What fits into one gathering is written here, in one step; more goes, gathering by
 * gathering, to the thread that digests and writes while the next is received.
 */
class GatheringWriter {
  readonly #path: string
  readonly #thread: BlobThread
  #file: ThreadedFile | undefined
  #chunks: Uint8Array[] = []
  #bytes = 0
  size = 0

  constructor(path: string, thread: BlobThread) {
    this.#path = path
    this.#thread = thread
  }

  async take(chunk: Uint8Array): Promise<void> {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    this.size += chunk.length
    if (this.#bytes >= GATHER_BYTES) await this.#handOver()
    else if (this.#chunks.length >= GATHER_CHUNKS) this.#chunks = [Buffer.concat(this.#chunks)]
  }

  /** Everything on the disk, and there to stay. @returns the MD5 in hex */
  async end(): Promise<string> {
    if (!this.#file) return writeWhole(this.#path, Buffer.concat(this.#chunks))
    await this.#handOver()
    return this.#file.end()
  }

  /** Lets go after a failure. */
  async giveUp(): Promise<void> {
    await this.#file?.giveUp()
  }

  async #handOver(): Promise<void> {
    const chunks = this.#chunks
    this.#chunks = []
    this.#bytes = 0
    this.#file ??= this.#thread.create(this.#path)
    await this.#file.write(chunks.map(transferable))
  }
}

const fdatasyncAsync = promisify(fdatasync)

/**
 * A file that fits into memory: opening and writing are a few microseconds and done at once; only the
 * flush, which waits for the disk, is left to another thread.
 */
async function writeWhole(path: string, bytes: Buffer): Promise<string> {
  const fd = openSync(path, 'wx')
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
    const flushed = fdatasyncAsync(fd)
    const md5 = createHash('md5').update(bytes).digest('hex')
    await flushed
    return md5
  } finally {
    closeSync(fd)
  }
}
