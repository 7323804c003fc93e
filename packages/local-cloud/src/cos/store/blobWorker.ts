import { createHash, type Hash } from 'node:crypto'
import { closeSync, fdatasync, openSync, writeSync, writevSync } from 'node:fs'
import { promisify } from 'node:util'
import { parentPort } from 'node:worker_threads'

/** What the thread is asked to do; `id` names the file. */
export type BlobOrder =
  | { id: number; kind: 'create'; path: string }
  | { id: number; kind: 'write'; chunks: Uint8Array[] }
  | { id: number; kind: 'end' }
  | { id: number; kind: 'giveUp' }

export interface BlobReply {
  id: number
  md5?: string
  error?: string
  /** `ENOSPC` … */
  code?: string | undefined
}

interface OpenFile {
  fd: number
  md5: Hash
  unflushed: number
  flush: Promise<void>
}

/** After so many bytes a flush begins beside the writing, so that the last one has little left to do. */
const FLUSH_BYTES = 16 * 1024 * 1024

const fdatasyncAsync = promisify(fdatasync)
const files = new Map<number, OpenFile>()

function carryOut(order: BlobOrder): Promise<string> | undefined {
  if (order.kind === 'create') {
    const fd = openSync(order.path, 'wx')
    files.set(order.id, { fd, md5: createHash('md5'), unflushed: 0, flush: Promise.resolve() })
    return undefined
  }
  const file = files.get(order.id)
  if (!file) throw new Error('the file is not open')
  if (order.kind === 'write') write(file, order.chunks)
  else if (order.kind === 'end') return end(order.id, file)
  else void close(order.id, file)
  return undefined
}

function write(file: OpenFile, chunks: Uint8Array[]): void {
  const total = chunks.reduce((sum, { length }) => sum + length, 0)
  for (const chunk of chunks) file.md5.update(chunk)
  let written = writevSync(file.fd, chunks)
  if (written < total) {
    // A short write: the rest goes in one piece.
    const rest = Buffer.concat(chunks)
    while (written < total) written += writeSync(file.fd, rest, written)
  }
  file.unflushed += total
  if (file.unflushed < FLUSH_BYTES) return
  file.unflushed = 0
  file.flush = file.flush.then(() => fdatasyncAsync(file.fd))
  // Awaited at the end; until then a failure must not count as unhandled.
  file.flush.catch(() => {})
}

async function end(id: number, file: OpenFile): Promise<string> {
  try {
    await file.flush
    await fdatasyncAsync(file.fd)
    return file.md5.digest('hex')
  } finally {
    await close(id, file)
  }
}

async function close(id: number, file: OpenFile): Promise<void> {
  if (!files.delete(id)) return
  // Not while a flush still uses the descriptor: the number may be given out again.
  await file.flush.catch(() => {})
  closeSync(file.fd)
}

function reply(message: BlobReply): void {
  parentPort?.postMessage(message)
}

function failed(id: number, error: NodeJS.ErrnoException): BlobReply {
  return { id, error: error.message, code: error.code }
}

parentPort?.on('message', (order: BlobOrder) => {
  const { id } = order
  try {
    const later = carryOut(order)
    if (!later) reply({ id })
    else {
      later.then(
        (md5) => reply({ id, md5 }),
        (error: NodeJS.ErrnoException) => reply(failed(id, error)),
      )
    }
  } catch (error) {
    reply(failed(id, error as NodeJS.ErrnoException))
  }
})
