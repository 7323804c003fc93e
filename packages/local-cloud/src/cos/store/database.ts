import { join } from 'node:path'
import type { AbstractBatchOperation, AbstractLevel } from 'abstract-level'
import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'

type Level = AbstractLevel<string | Buffer | Uint8Array, Buffer, unknown>

/** A row that a transaction writes or deletes. */
export type RowChange = AbstractBatchOperation<Level, Buffer, unknown>

/** The next step of a scan: continue, stop, or skip the rows whose names start with a prefix. */
export type ScanStep = 'next' | 'stop' | { skip: string }

/** Schema of the rows that this version writes. Schema 1 had no inline blobs; its rows are read as they are. */
const SCHEMA_VERSION = 2

const ENCODINGS = { keyEncoding: 'buffer', valueEncoding: 'json' } as const

/** LevelDB resolves a write with `sync` only once it is on disk; in memory the option has no effect. */
const DURABLE = { ...ENCODINGS, sync: true }

const SCAN_PAGE = 256

/**
 * Names of rows. Their UTF-8 bytes sort in the order of COS's lists, because no key contains NUL. Renaming a prefix would
 * require a migration of the data on disk.
 */
export const row = {
  schema: () => bytes('schema'),
  bucket: (name: string) => bytes(`bucket\0${name}`),
  object: (bucket: string, key: string) => bytes(`object\0${bucket}\0${key}`),
  /** Noncurrent versions of a key, newest first. */
  version: (bucket: string, key: string, sequence: number) =>
    bytes(`version\0${bucket}\0${key}\0${newestFirst(sequence)}`),
  upload: (bucket: string, key: string, id: string) => bytes(`upload\0${bucket}\0${key}\0${id}`),
  uploadId: (id: string) => bytes(`uploadId\0${id}`),
  part: (id: string, number: number) => bytes(`part\0${id}\0${String(number).padStart(5, '0')}`),
  inlineBlob: (id: string) => bytes(`small\0${id}`),
  pendingBlob: (id: string) => bytes(`loose\0${id}`),
  /** Collections and documents of the CloudBase database. */
  collection: (name: string) => bytes(`collection\0${name}`),
  document: (collection: string, sequence: number) =>
    bytes(`document\0${collection}\0${String(sequence).padStart(16, '0')}`),
  /** Files of the CloudBase storage. */
  file: (path: string) => bytes(`file\0${path}`),
}

export function bytes(text: string): Buffer {
  return Buffer.from(text, 'utf8')
}

/** A name that sorts after all rows that start with a prefix: UTF-8 has no byte 0xFF. */
function prefixEnd(prefix: Buffer): Buffer {
  return Buffer.concat([prefix, Buffer.from([0xff])])
}

function newestFirst(sequence: number): string {
  return String(Number.MAX_SAFE_INTEGER - sequence).padStart(16, '0')
}

/** One ordered table of rows, on disk (LevelDB) or in memory. */
export class Database {
  readonly locks = new KeyedLock()
  readonly #level: Level

  private constructor(level: Level) {
    this.#level = level
  }

  /**
   * Opens the table in a folder.
   * @throws Error if a newer version wrote it, or another process has it open
   */
  static async open(folder: string): Promise<Database> {
    const level = new ClassicLevel<Buffer, unknown>(join(folder, 'metadata'), ENCODINGS)
    await level.open()
    try {
      await checkSchema(level, folder)
    } catch (error) {
      await level.close()
      throw error
    }
    return new Database(level)
  }

  static async openInMemory(): Promise<Database> {
    const level = new MemoryLevel<Buffer, unknown>({ storeEncoding: 'buffer', ...ENCODINGS })
    await level.open()
    return new Database(level)
  }

  close(): Promise<void> {
    return this.#level.close()
  }

  /** Synchronous, because a read is faster than switching to a thread. */
  get<Record>(name: Buffer): Record | undefined {
    return this.#level.getSync(name) as Record | undefined
  }

  getBytes(name: Buffer): Buffer | undefined {
    return this.#level.getSync<Buffer, Buffer>(name, { valueEncoding: 'buffer' })
  }

  /** Writes all or none of the changes. They are durable when the promise resolves. */
  write(changes: RowChange[]): Promise<void> {
    return this.#level.batch(changes, DURABLE)
  }

  /** Like `write`, but a power failure may undo the changes. They survive the end of the process. */
  writeLazily(changes: RowChange[]): Promise<void> {
    return this.#level.batch(changes)
  }

  /** Names of the rows that start with a prefix. */
  keys(prefix: string): AsyncIterable<Buffer> {
    const from = bytes(prefix)
    return this.#level.keys({ gt: from, lt: prefixEnd(from) })
  }

  /** Rows that start with a prefix, from `gte` or after `gt` on. */
  values<Record>(
    prefix: string,
    { gte, gt, limit = -1 }: { gte?: Buffer; gt?: Buffer; limit?: number } = {},
  ): AsyncIterableIterator<Record> {
    const from = bytes(prefix)
    const start = gt ? { gt } : { gte: gte && Buffer.compare(gte, from) > 0 ? gte : from }
    const rows = this.#level.values({ ...start, lt: prefixEnd(from), limit })
    return rows[Symbol.asyncIterator]() as AsyncIterableIterator<Record>
  }

  /** Whether any row starts with the prefix. */
  async hasAny(prefix: string): Promise<boolean> {
    for await (const _ of this.values(prefix, { limit: 1 })) return true
    return false
  }

  /**
   * Visits the rows of a space whose names continue with `prefix`, in byte order, from the first after
   * `marker` on.
   */
  async scan<Record>(
    space: string,
    prefix: string,
    marker: string,
    visit: (record: Record) => ScanStep,
  ): Promise<void> {
    const base = bytes(space)
    const from = Buffer.concat([base, bytes(prefix)])
    const afterMarker = Buffer.concat([base, bytes(marker)])
    const startsAtMarker = marker !== '' && Buffer.compare(afterMarker, from) >= 0
    const start = startsAtMarker ? { gt: afterMarker } : { gte: from }
    const iterator = this.#level.iterator({ ...start, lt: prefixEnd(from) })
    let resumeAt: Buffer | undefined
    try {
      for (;;) {
        const page = await iterator.nextv(SCAN_PAGE)
        if (page.length === 0) return
        for (const [name, value] of page) {
          if (resumeAt && Buffer.compare(name, resumeAt) < 0) continue
          resumeAt = undefined
          const step = visit(value as Record)
          if (step === 'stop') return
          if (step !== 'next') resumeAt = prefixEnd(Buffer.concat([base, bytes(step.skip)]))
        }
        // The skipped rows continue beyond this page: seek instead of reading them.
        if (resumeAt) iterator.seek(resumeAt)
      }
    } finally {
      await iterator.close()
    }
  }
}

async function checkSchema(level: ClassicLevel<Buffer, unknown>, folder: string): Promise<void> {
  const stored = await level.get(row.schema())
  const isKnown = typeof stored === 'number' && stored >= 1 && stored <= SCHEMA_VERSION
  if (stored !== undefined && !isKnown) {
    throw new Error(
      `the data in ${folder} has schema ${String(stored)}; this version reads 1 to ${SCHEMA_VERSION}`,
    )
  }
  if (stored !== SCHEMA_VERSION) await level.put(row.schema(), SCHEMA_VERSION, { sync: true })
}

/** Serializes tasks of the same name; tasks of different names run concurrently. */
class KeyedLock {
  readonly #tails = new Map<string, Promise<unknown>>()

  async run<T>(name: string, task: () => Promise<T>): Promise<T> {
    const previous = this.#tails.get(name) ?? Promise.resolve()
    const result = previous.then(task)
    const tail = result.catch(() => {})
    this.#tails.set(name, tail)
    try {
      return await result
    } finally {
      if (this.#tails.get(name) === tail) this.#tails.delete(name)
    }
  }
}
