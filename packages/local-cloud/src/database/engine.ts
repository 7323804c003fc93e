import { aggregate, find, Query, update } from 'mingo'
import { CloudBaseError, notImplemented } from '../cloudbase/errors'
import { copyDocument, type Document, toEjson } from './ejson'

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
export interface ResultShape {
  sort?: Record<string, 1 | -1> | undefined
  skip?: number | undefined
  limit?: number | undefined
  projection?: Document | undefined
}

/** Finds the documents that match a query. @throws CloudBaseError that names an unknown operator */
export function findDocuments(
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
export function countDocuments(documents: readonly Document[], query: Document): number {
  return translateErrors(() => {
    const compiled = new Query(query, OPTIONS)
    return documents.filter((document) => compiled.test(document)).length
  })
}

/**
 * A copy of a document with update operators applied: `$set`, `$unset`, `$inc`, `$mul`, `$min`, `$max`,
 * `$rename`, `$push`, `$pop`, `$pull`, `$pullAll`, `$addToSet`, `$bit`.
 */
export function updateDocument(document: Document, operators: Document, query: Document): Document {
  return translateErrors(() => {
    const copy = copyDocument(document)
    update(copy, operators, [], query, { cloneMode: 'deep', queryOptions: OPTIONS })
    return copy
  })
}

/** Executes an aggregation. @param collectionOf resolves the collections of `$lookup` */
export function aggregateDocuments(
  documents: readonly Document[],
  stages: Document[],
  collectionOf: (name: string) => Document[],
): Document[] {
  for (const stage of stages) {
    const [name = ''] = Object.keys(stage)
    if (!STAGES.has(name)) throw notImplemented(`the aggregation stage ${name}`)
  }
  return translateErrors(() =>
    aggregate(documents.map(copyDocument), stages, {
      ...OPTIONS,
      collectionResolver: (name) => collectionOf(name).map(copyDocument),
    }),
  )
}

/** Whether two documents have the same content. */
export function isSameDocument(a: Document, b: Document): boolean {
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
