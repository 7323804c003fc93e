import { randomUUID } from 'node:crypto'
import { CloudBaseError, notImplemented } from '../cloudbase/errors'
import type { DocumentAccess, DocumentChange, DocumentId, Documents } from './documents'

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
      const name = nameOf(collection, id)
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
          transaction.changes.set(nameOf(change.collection, change.id), change)
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

function nameOf(collection: string, id: DocumentId): string {
  return JSON.stringify([collection, id])
}
