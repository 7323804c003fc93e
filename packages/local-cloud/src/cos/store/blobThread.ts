import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { BlobOrder, BlobReply } from './blobWorker'

/** A large file that another thread digests and writes. */
export interface ThreadedFile {
  /** Takes chunks over: their memory belongs to the thread from then on. Waits when it falls behind. */
  write: (chunks: Uint8Array[]) => Promise<void>
  /** @returns the MD5 in hex, once every byte would survive a crash */
  end: () => Promise<string>
  /** Closes the file after a failure; never fails itself. */
  giveUp: () => Promise<void>
}

/** So many gatherings of one file, and bytes of all, may wait for the thread: memory stays flat. */
const MAX_BEHIND = 2
const MAX_WAITING_BYTES = 32 * 1024 * 1024

interface Waiting {
  resolve: (reply: BlobReply) => void
  reject: (error: Error) => void
}

/**
 * The thread that takes MD5 and disk writes of large bodies off the one that serves requests. Started
 * by the first that needs it; keeps no process alive.
 */
export class BlobThread {
  #worker: Worker | undefined
  #lastId = 0
  readonly #bytesWaiting = { bytes: 0 }
  /** Orders under way, by file: the thread answers those of one file in turn. */
  readonly #waiting = new Map<number, Waiting[]>()

  create(path: string): ThreadedFile {
    const id = ++this.#lastId
    const behind: Promise<BlobReply>[] = []
    let failure: Error | undefined
    const waiting = this.#bytesWaiting
    const order = (what: BlobOrder, moved: Uint8Array[] = []) => {
      const done = this.#send(id, what, moved)
      // Awaited by a later step; until then a failure must not count as unhandled.
      done.catch((error: Error) => {
        failure ??= error
      })
      return done
    }
    void order({ id, kind: 'create', path })
    return {
      async write(chunks) {
        if (failure) throw failure
        const bytes = chunks.reduce((sum, { length }) => sum + length, 0)
        waiting.bytes += bytes
        const written = order({ id, kind: 'write', chunks }, chunks)
        written.then(passed, passed)
        function passed() {
          waiting.bytes -= bytes
        }
        behind.push(written)
        // Many uploads at once: each waits for its own, so that what all of them hold stays bounded.
        while (waiting.bytes > MAX_WAITING_BYTES && behind.length > 0) await behind.shift()
        if (behind.length > MAX_BEHIND) await behind.shift()
      },
      async end() {
        await Promise.all(behind)
        const { md5 = '' } = await order({ id, kind: 'end' })
        return md5
      },
      async giveUp() {
        await order({ id, kind: 'giveUp' }).catch(() => {})
      },
    }
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
    this.#worker = undefined
  }

  #send(id: number, order: BlobOrder, moved: Uint8Array[]): Promise<BlobReply> {
    this.#worker ??= this.#start()
    const worker = this.#worker
    return new Promise((resolve, reject) => {
      const queue = this.#waiting.get(id) ?? []
      queue.push({ resolve, reject })
      this.#waiting.set(id, queue)
      worker.postMessage(
        order,
        moved.map(({ buffer }) => buffer as ArrayBuffer),
      )
    })
  }

  #start(): Worker {
    const worker = new Worker(workerFile())
    worker.on('message', (reply: BlobReply) => {
      const queue = this.#waiting.get(reply.id)
      const waiting = queue?.shift()
      if (queue?.length === 0) this.#waiting.delete(reply.id)
      if (reply.error) waiting?.reject(Object.assign(new Error(reply.error), { code: reply.code }))
      else waiting?.resolve(reply)
    })
    worker.on('error', (error) => this.#fail(error as Error))
    worker.on('exit', () => this.#fail(new Error('the thread that writes blobs has ended')))
    worker.unref()
    return worker
  }

  /** The next file gets a new thread. */
  #fail(error: Error): void {
    this.#worker = undefined
    const queues = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject } of queues.flat()) reject(error)
  }
}

/** The chunk itself if its memory can change hands, else a copy. */
export function transferable(chunk: Uint8Array): Uint8Array {
  return chunk.byteLength === chunk.buffer.byteLength && chunk.byteLength > 0
    ? chunk
    : new Uint8Array(chunk)
}

/** A worker runs a built file, also under a test that runs sources. */
function workerFile(): string {
  const built = join(__dirname, 'blobWorker.js')
  return existsSync(built) ? built : join(__dirname, '../../../dist/blobWorker.js')
}
