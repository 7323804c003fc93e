import { randomBytes, randomUUID } from 'node:crypto'
import { type Database, type RowChange, row } from '../cos/store/database'
import { type Document, fromEjson, toEjson } from './ejson'
import { CloudBaseError, notImplemented } from './errors'

/** `_id` of a document. */
export type DocumentId = string | number

/** A stored document. `value` is immutable; a write replaces it. */
interface StoredDocument {
  /** Order of insertion. */
  sequence: number
  /** Changes with each write; 0 stands for a document that does not exist. */
  version: number
  value: Document
}

/** A write of a document. Without a `value`, the document is deleted. */
export interface DocumentChange {
  collection: string
  id: DocumentId
  value?: Document
}

/** Access to the documents of the database, or of a transaction. */
export interface DocumentAccess {
  get: (collection: string, id: DocumentId) => Document | undefined
  /** Documents that can match a query. */
  candidates: (collection: string, query: Document) => Document[]
  /** Applies computed changes; nothing else changes between the computation and the write. */
  change: <T>(compute: () => { changes: DocumentChange[]; result: T }) => Promise<T>
}

interface CollectionRow {
  name: string
}

interface DocumentRow {
  sequence: number
  collection: string
  value: unknown
}

const COLLECTION_NAME = /^[\w.-]{1,128}$/

/**
 * The collections of the CloudBase database: rows on disk, and all of them in memory, because a local
 * database is small. Memory is updated only after a write is durable.
 */
export class Documents {
  readonly #database: Database
  readonly #collections = new Map<string, Map<DocumentId, StoredDocument>>()
  #lastSequence = 0
  #lastVersion = 0

  private constructor(database: Database) {
    this.#database = database
  }

  static async open(database: Database): Promise<Documents> {
    const documents = new Documents(database)
    for await (const { name } of database.values<CollectionRow>('collection\0')) {
      documents.#collections.set(name, new Map())
    }
    for await (const record of database.values<DocumentRow>('document\0')) {
      documents.#load(record)
    }
    return documents
  }

  get collections(): string[] {
    return [...this.#collections.keys()]
  }

  /** @returns false if it exists already */
  async createCollection(name: string): Promise<boolean> {
    if (!COLLECTION_NAME.test(name)) {
      throw new CloudBaseError('INVALID_PARAM', `"${name}" is not a collection name`)
    }
    return this.exclusively(async () => {
      if (this.#collections.has(name)) return false
      const record: CollectionRow = { name }
      await this.#database.write([{ type: 'put', key: row.collection(name), value: record }])
      this.#collections.set(name, new Map())
      return true
    })
  }

  /**
   * Documents of a collection in the order of their insertion.
   * @throws CloudBaseError `DATABASE_COLLECTION_NOT_EXIST`
   */
  list(collection: string): Document[] {
    return [...this.#collection(collection).values()].map(({ value }) => value)
  }

  /** @throws CloudBaseError `DATABASE_COLLECTION_NOT_EXIST` */
  get(collection: string, id: DocumentId): StoredDocument | undefined {
    return this.#collection(collection).get(id)
  }

  /** Runs a task that reads and writes, without other tasks in between. */
  exclusively<T>(task: () => Promise<T>): Promise<T> {
    return this.#database.locks.run('documents', task)
  }

  /** Writes all or none of the changes. Must be called within `exclusively`. */
  async write(changes: readonly DocumentChange[]): Promise<void> {
    const rows: RowChange[] = []
    const apply: (() => void)[] = []
    for (const { collection, id, value } of changes) {
      const documents = this.#collection(collection)
      const sequence = documents.get(id)?.sequence ?? this.#nextSequence()
      const key = row.document(collection, sequence)
      if (value === undefined) {
        rows.push({ type: 'del', key })
        apply.push(() => documents.delete(id))
      } else {
        const record: DocumentRow = { sequence, collection, value: toEjson(value) }
        rows.push({ type: 'put', key, value: record })
        apply.push(() => documents.set(id, { sequence, version: this.#nextVersion(), value }))
      }
    }
    if (rows.length > 0) await this.#database.write(rows)
    for (const change of apply) change()
  }

  /** Deletes all collections. */
  async clear(): Promise<void> {
    await this.exclusively(async () => {
      const rows: RowChange[] = []
      for (const space of ['collection', 'document']) {
        for await (const key of this.#database.keys(`${space}\0`)) rows.push({ type: 'del', key })
      }
      await this.#database.write(rows)
      this.#collections.clear()
    })
  }

  #collection(name: string): Map<DocumentId, StoredDocument> {
    const collection = this.#collections.get(name)
    if (collection) return collection
    throw new CloudBaseError(
      'DATABASE_COLLECTION_NOT_EXIST',
      `[ResourceNotFound] Db or Table not exist: ${name}. Create it with db.createCollection, or start the local cloud with the option "collections".`,
    )
  }

  #load({ sequence, collection, value }: DocumentRow): void {
    const document = fromEjson(value, 0) as Document
    this.#lastSequence = Math.max(this.#lastSequence, sequence)
    this.#collection(collection).set(document._id as DocumentId, {
      sequence,
      version: this.#nextVersion(),
      value: document,
    })
  }

  #nextSequence(): number {
    this.#lastSequence += 1
    return this.#lastSequence
  }

  #nextVersion(): number {
    this.#lastVersion += 1
    return this.#lastVersion
  }
}

/** Creates an `_id` in the format of CloudBase. */
export function newDocumentId(): string {
  return randomBytes(16).toString('hex')
}

/** Maximum duration of a transaction (error page DATABASE_TRANSACTION_FAIL). */
const MAX_DURATION_MS = 30_000

interface Transaction {
  id: string
  expiry: number
  /** Versions of the documents that were read, by collection and id. */
  read: Map<string, { collection: string; id: DocumentId; version: number }>
  /** Changes that are not visible to others until the commit. */
  changes: Map<string, DocumentChange>
}

/**
 * Transactions with optimistic concurrency control: a commit fails if a document that the transaction has
 * read was changed since. The SDK then runs the transaction again.
 */
export class Transactions {
  readonly #documents: Documents
  readonly #clock: () => number
  readonly #open = new Map<string, Transaction>()

  constructor(documents: Documents, clock: () => number) {
    this.#documents = documents
    this.#clock = clock
  }

  start(): string {
    const now = this.#clock()
    for (const { id, expiry } of this.#open.values()) if (expiry <= now) this.#open.delete(id)
    const id = randomUUID()
    const expiry = now + MAX_DURATION_MS
    this.#open.set(id, { id, expiry, read: new Map(), changes: new Map() })
    return id
  }

  abort(id: unknown): void {
    this.#open.delete(this.#get(id).id)
  }

  /** @throws CloudBaseError `DATABASE_TRANSACTION_CONFLICT` */
  async commit(transactionId: unknown): Promise<void> {
    const transaction = this.#get(transactionId)
    this.#open.delete(transaction.id)
    await this.#documents.exclusively(async () => {
      for (const { collection, id, version } of transaction.read.values()) {
        if ((this.#documents.get(collection, id)?.version ?? 0) === version) continue
        throw new CloudBaseError(
          'DATABASE_TRANSACTION_CONFLICT',
          `[ResourceUnavailable.TransactionConflict] the document ${id} of ${collection} was changed`,
        )
      }
      await this.#documents.write([...transaction.changes.values()])
    })
  }

  /** The access of a transaction: only to single documents, because CloudBase has no queries in transactions. */
  access(transactionId: unknown): DocumentAccess {
    const transaction = this.#get(transactionId)
    const documents = this.#documents
    const get: DocumentAccess['get'] = (collection, id) => {
      const name = documentKey(collection, id)
      const stored = documents.get(collection, id)
      if (!transaction.read.has(name)) {
        transaction.read.set(name, { collection, id, version: stored?.version ?? 0 })
      }
      const change = transaction.changes.get(name)
      return change ? change.value : stored?.value
    }
    return {
      get,
      candidates(collection, { _id: id, ...others }) {
        const isById = typeof id === 'string' || typeof id === 'number'
        if (!isById || Object.keys(others).length > 0) {
          throw notImplemented('queries in transactions; CloudBase has single documents only')
        }
        const document = get(collection, id)
        return document ? [document] : []
      },
      async change(compute) {
        const { changes, result } = compute()
        for (const change of changes) {
          transaction.changes.set(documentKey(change.collection, change.id), change)
        }
        return result
      },
    }
  }

  #get(id: unknown): Transaction {
    const transaction = this.#open.get(String(id))
    if (transaction && transaction.expiry > this.#clock()) return transaction
    throw new CloudBaseError(
      'DATABASE_TRANSACTION_FAIL',
      '[ResourceUnavailable.TransactionNotExist] Transaction not exist on the server; it must end within 30 seconds',
    )
  }
}

function documentKey(collection: string, id: DocumentId): string {
  return JSON.stringify([collection, id])
}
