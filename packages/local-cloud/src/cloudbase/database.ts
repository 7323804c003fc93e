import { aggregate, find, Query, update } from 'mingo'
import {
  type DocumentAccess,
  type DocumentChange,
  type DocumentId,
  type Documents,
  newDocumentId,
  Transactions,
} from './documents'
import { copyDocument, type Document, parseEjson, parseEjsonObject, toEjson } from './ejson'
import { CloudBaseError, notImplemented } from './errors'

/** Number of results of a query from a cloud function (document "数据库 - 限制"). */
const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1000

/** MongoDB's limit of a document, in bytes. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024

/** Members of a request beside `action`; their types are checked where they are used. */
export type Params = Record<string, unknown>

/** Executes the actions `database.*` of the CloudBase API, which wx-server-sdk calls. */
export class DatabaseActions {
  readonly #documents: Documents
  readonly #transactions: Transactions
  readonly #clock: () => number

  constructor(documents: Documents, clock: () => number) {
    this.#documents = documents
    this.#clock = clock
    this.#transactions = new Transactions(documents, clock)
  }

  /** @returns the fields of the response. @throws CloudBaseError */
  async run(action: string, params: Params): Promise<Record<string, unknown>> {
    switch (action) {
      case 'database.addCollection':
        return this.#addCollection(requireCollection(params))
      case 'database.insertDocument':
        return this.#insert(params)
      case 'database.getDocument':
        return this.#get(params)
      case 'database.calculateDocument':
        return this.#count(params)
      case 'database.modifyDocument':
        return this.#modify(params)
      case 'database.removeDocument':
        return this.#remove(params)
      case 'database.aggregateDocuments':
        return this.#aggregate(params)
      case 'database.startTransaction':
        return { transactionId: this.#transactions.start() }
      case 'database.commitTransaction':
        await this.#transactions.commit(params.transactionId)
        return {}
      case 'database.abortTransaction':
        this.#transactions.abort(params.transactionId)
        return {}
      default:
        throw notImplemented(`the action ${action}`)
    }
  }

  async #addCollection(name: string): Promise<Record<string, unknown>> {
    if (await this.#documents.createCollection(name)) return {}
    throw new CloudBaseError(
      'DATABASE_REQUEST_FAILED',
      `[ResourceUnavailable.ResourceExist] Table exist: ${name}`,
    )
  }

  async #insert(params: Params): Promise<Record<string, unknown>> {
    const collection = requireCollection(params)
    const texts = Array.isArray(params.data) ? params.data : []
    const inserted = texts.map((text) => {
      const document = parseEjsonObject(text, this.#clock())
      const id = document._id === undefined ? newDocumentId() : requireId(document._id)
      return { collection, id, value: checked({ ...document, _id: id }) }
    })
    const access = this.#access(params)
    return access.change(() => {
      const ids = new Set<DocumentId>()
      for (const { id } of inserted) {
        if (ids.has(id) || access.get(collection, id)) throw duplicateKey(collection, id)
        ids.add(id)
      }
      return { changes: inserted, result: { data: { insertedIds: [...ids] } } }
    })
  }

  #get(params: Params): Record<string, unknown> {
    const query = this.#object(params.query)
    const skip = readCount(params.offset, 0)
    const limit = Math.min(readCount(params.limit, DEFAULT_LIMIT), MAX_LIMIT)
    const candidates = this.#access(params).candidates(requireCollection(params), query)
    const sort = params.order === undefined ? undefined : readSort(this.#object(params.order))
    const projection = params.projection === undefined ? undefined : this.#object(params.projection)
    const documents = findDocuments(candidates, query, { sort, skip, limit, projection })
    const list = documents.map((document) => JSON.stringify(toEjson(document)))
    return { data: { list }, limit, offset: skip }
  }

  #count(params: Params): Record<string, unknown> {
    const query = this.#object(params.query)
    const documents = this.#documents.list(requireCollection(params))
    return { data: { total: countDocuments(documents, query) } }
  }

  async #modify(params: Params): Promise<Record<string, unknown>> {
    const collection = requireCollection(params)
    const query = this.#object(params.query)
    const data = this.#object(params.data)
    const access = this.#access(params)
    return access.change<Record<string, unknown>>(() => {
      const matches = findMatches(access, collection, query, params.multi)
      if (matches.length === 0 && params.upsert === true) {
        const id = requireId(query._id)
        const value = checked({ ...data, _id: id })
        return {
          changes: [{ collection, id, value }],
          result: { data: { updated: 0, upsert_id: id } },
        }
      }
      const changes: DocumentChange[] = []
      for (const document of matches) {
        const id = requireId(document._id)
        const value = checked(
          params.merge === true
            ? updateDocument(document, data, query)
            : { ...data, _id: document._id },
        )
        if (!isSameDocument(document, value)) changes.push({ collection, id, value })
      }
      return { changes, result: { data: { updated: changes.length } } }
    })
  }

  async #remove(params: Params): Promise<Record<string, unknown>> {
    const collection = requireCollection(params)
    const query = this.#object(params.query)
    const access = this.#access(params)
    return access.change(() => {
      const matches = findMatches(access, collection, query, params.multi)
      const changes = matches.map(({ _id }) => ({ collection, id: requireId(_id) }))
      return { changes, result: { data: { deleted: changes.length } } }
    })
  }

  #aggregate(params: Params): Record<string, unknown> {
    const stages = Array.isArray(params.stages) ? params.stages : []
    const pipeline = stages.map(({ stageKey, stageValue }: Params) => ({
      [String(stageKey)]: parseEjson(stageValue, this.#clock()),
    }))
    const documents = this.#documents.list(requireCollection(params))
    const results = aggregateDocuments(documents, pipeline, (name) => this.#documents.list(name))
    return { data: { list: results.map((document) => JSON.stringify(toEjson(document))) } }
  }

  #access({ transactionId }: Params): DocumentAccess {
    if (transactionId !== undefined && transactionId !== '') {
      return this.#transactions.access(transactionId)
    }
    const documents = this.#documents
    return {
      get: (collection, id) => documents.get(collection, id)?.value,
      candidates(collection, { _id: id }) {
        if (typeof id !== 'string' && typeof id !== 'number') return documents.list(collection)
        const document = documents.get(collection, id)
        return document ? [document.value] : []
      },
      change: (compute) =>
        documents.exclusively(async () => {
          const { changes, result } = compute()
          await documents.write(changes)
          return result
        }),
    }
  }

  /** Parses an object parameter in EJSON; empty if it is missing. */
  #object(text: unknown): Document {
    return text === undefined || text === '' ? {} : parseEjsonObject(text, this.#clock())
  }
}

/** Documents to modify or remove: all that match, or the first without `multi`. */
function findMatches(
  access: DocumentAccess,
  collection: string,
  query: Document,
  multi: unknown,
): Document[] {
  const candidates = access.candidates(collection, query)
  return findDocuments(candidates, query, multi === true ? {} : { limit: 1 })
}

function requireCollection({ collectionName }: Params): string {
  if (typeof collectionName === 'string' && collectionName !== '') return collectionName
  throw new CloudBaseError('INVALID_PARAM', 'collectionName is missing')
}

function requireId(id: unknown): DocumentId {
  if (typeof id === 'number' || (typeof id === 'string' && id !== '')) return id
  throw notImplemented('an _id that is neither a string nor a number')
}

function readCount(value: unknown, absent: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : absent
}

function readSort(order: Document): Record<string, 1 | -1> {
  return Object.fromEntries(
    Object.entries(order).map(([field, direction]) => [field, direction === -1 ? -1 : 1]),
  )
}

function checked(document: Document): Document {
  const bytes = Buffer.byteLength(JSON.stringify(toEjson(document)))
  if (bytes <= MAX_DOCUMENT_BYTES) return document
  throw new CloudBaseError('DATABASE_REQUEST_FAILED', 'the document exceeds 16 MB')
}

function duplicateKey(collection: string, id: DocumentId): CloudBaseError {
  return new CloudBaseError(
    'DATABASE_REQUEST_FAILED',
    `[FailedOperation.Insert] E11000 duplicate key error collection: ${collection} index: _id_ dup key: ${JSON.stringify(id)}`,
  )
}

/** CloudBase does not support scripts in queries. */
const OPTIONS = { scriptEnabled: false }

/** Aggregation stages that both CloudBase and the engine support. */
const STAGES = new Set([
  '$addFields',
  '$bucket',
  '$bucketAuto',
  '$count',
  '$facet',
  '$group',
  '$limit',
  '$lookup',
  '$match',
  '$project',
  '$replaceRoot',
  '$sample',
  '$skip',
  '$sort',
  '$sortByCount',
  '$unwind',
])

/** Sorting, paging and projection of a query's result. */
interface ResultShape {
  sort?: Record<string, 1 | -1> | undefined
  skip?: number | undefined
  limit?: number | undefined
  projection?: Document | undefined
}

/** Finds the documents that match a query. @throws CloudBaseError that names an unknown operator */
function findDocuments(
  documents: readonly Document[],
  query: Document,
  { sort, skip = 0, limit, projection }: ResultShape = {},
): Document[] {
  return translateErrors(() => {
    const cursor = find<Document>([...documents], query, projection ?? {}, OPTIONS)
    if (sort) cursor.sort(sort)
    if (skip > 0) cursor.skip(skip)
    if (limit !== undefined) cursor.limit(limit)
    return cursor.all()
  })
}

/** Counts the documents that match a query. */
function countDocuments(documents: readonly Document[], query: Document): number {
  return translateErrors(() => {
    const compiled = new Query(query, OPTIONS)
    return documents.filter((document) => compiled.test(document)).length
  })
}

/**
 * A copy of a document with update operators applied: `$set`, `$unset`, `$inc`, `$mul`, `$min`, `$max`,
 * `$rename`, `$push`, `$pop`, `$pull`, `$pullAll`, `$addToSet`, `$bit`.
 */
function updateDocument(document: Document, operators: Document, query: Document): Document {
  return translateErrors(() => {
    const copy = copyDocument(document)
    update(copy, operators, [], query, { cloneMode: 'deep', queryOptions: OPTIONS })
    return copy
  })
}

/** Executes an aggregation. @param requireCollection resolves the collections of `$lookup` */
function aggregateDocuments(
  documents: readonly Document[],
  stages: Document[],
  requireCollection: (name: string) => Document[],
): Document[] {
  for (const stage of stages) {
    const [name = ''] = Object.keys(stage)
    if (!STAGES.has(name)) throw notImplemented(`the aggregation stage ${name}`)
  }
  return translateErrors(() =>
    aggregate(documents.map(copyDocument), stages, {
      ...OPTIONS,
      collectionResolver: (name) => requireCollection(name).map(copyDocument),
    }),
  )
}

/** Whether two documents have the same content. */
function isSameDocument(a: Document, b: Document): boolean {
  return JSON.stringify(toEjson(a)) === JSON.stringify(toEjson(b))
}

function translateErrors<T>(compute: () => T): T {
  try {
    return compute()
  } catch (error) {
    if (error instanceof CloudBaseError) throw error
    const message = error instanceof Error ? error.message : String(error)
    const operator = /\bunknown .*?operator:? '?(\$\w+)/i.exec(message)?.[1]
    if (operator) throw notImplemented(`the operator ${operator}`)
    throw new CloudBaseError('DATABASE_REQUEST_FAILED', `[FailedOperation] ${message}`)
  }
}
