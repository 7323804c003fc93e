import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { FieldChange, FileDigest, RecordId } from './endpoints'

/** The copy of a file. */
export interface CopiedFile extends FileDigest {
  fileID: string
  Key: string
}

/**
 * One line of the journal. `copying` and `rewriting` are written before the step, so that incomplete steps can be undone.
 * `copied` lines map fileIDs to Keys.
 */
export type JournalEntry =
  | { step: 'copying'; fileID: string; Key: string }
  | ({ step: 'copied'; isNew: boolean } & CopiedFile)
  | { step: 'rewriting'; collection: string; id: RecordId; changes: FieldChange[] }

const FILE = 'journal.jsonl'

/**
 * The steps of a migration as JSON lines, which are on disk before the next step. If the process ends at any moment, an
 * incomplete line is removed when the journal is opened again.
 */
export class Journal {
  readonly #folder: string
  readonly #file: number
  /** Keys whose copy was started: objects with these keys belong to the migration. */
  readonly begun = new Set<string>()
  /** Copies by Key. */
  readonly copied = new Map<string, CopiedFile & { isNew: boolean }>()
  readonly #rewritten = new Map<string, Rewritten>()

  /** Opens the journal in a folder, which is created if necessary. @throws Error if it is damaged */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true })
    this.#folder = folder
    const path = join(folder, FILE)
    if (existsSync(path)) this.#read(path)
    this.#file = openSync(path, 'a')
  }

  /** Records whose rewriting was started, with their changes. */
  get rewritten(): Iterable<Rewritten> {
    return this.#rewritten.values()
  }

  append(entry: JournalEntry): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`)
    fsyncSync(this.#file)
    this.#apply(entry)
  }

  close(): void {
    closeSync(this.#file)
  }

  /** Closes the journal and renames it, so that the next migration starts from the beginning. @returns its new name */
  archive(now: Date): string {
    this.close()
    const name = `journal.rolled-back-${now.toISOString().replace(/[:.]/g, '-')}.jsonl`
    renameSync(join(this.#folder, FILE), join(this.#folder, name))
    return name
  }

  #read(path: string): void {
    const content = readFileSync(path)
    const end = content.lastIndexOf('\n') + 1
    if (end < content.length) truncateSync(path, end)
    const lines = content.subarray(0, end).toString('utf8').split('\n')
    for (const [i, line] of lines.entries()) {
      if (line === '') continue
      try {
        this.#apply(JSON.parse(line))
      } catch {
        throw new Error(`${path}: line ${i + 1} is not JSON`)
      }
    }
  }

  #apply(entry: JournalEntry): void {
    if (entry.step === 'copying') this.begun.add(entry.Key)
    else if (entry.step === 'copied') this.copied.set(entry.Key, entry)
    else {
      const { collection, id, changes } = entry
      const name = JSON.stringify([collection, id])
      const before = this.#rewritten.get(name)?.changes ?? []
      this.#rewritten.set(name, { collection, id, changes: [...before, ...changes] })
    }
  }
}

/** A record whose fields were changed or may have been. */
export interface Rewritten {
  collection: string
  id: RecordId
  changes: FieldChange[]
}
