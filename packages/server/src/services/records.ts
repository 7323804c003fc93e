import { createHash } from 'node:crypto'
import { hasQuota, type Rule } from '../rules'

/** A record as it was read. */
export interface StoredRecord<Value> {
  id: string
  value: Value
  /** Changes with each write. */
  version: number
}

/**
 * A collection of JSON records. A write succeeds only if nobody has written since the record was read, so that
 * instances of a function which run at the same time never lose each other's changes.
 */
export interface RecordStore<Value> {
  get(id: string): Promise<StoredRecord<Value> | undefined>
  /**
   * @param version of the record as it was read; undefined if there was none
   * @returns whether it was written
   */
  put(id: string, value: Value, version: number | undefined): Promise<boolean>
  /** @returns whether it was removed */
  remove(id: string, version: number): Promise<boolean>
  /** Records in the order of their ids, after one. */
  list(after: string, limit: number): Promise<StoredRecord<Value>[]>
}

/** The id of the record of a key or a folder, whatever characters that has. */
export const recordId = (key: string) => createHash('sha256').update(key).digest('hex').slice(0, 40)

/** The kit's collections in the CloudBase database. */
export const COLLECTIONS = {
  uploads: 'cos_uploads',
  quotas: 'cos_quotas',
  trash: 'cos_trash',
} as const

/** The collections that the functions use for these rules; only functions need access to them. */
export function collectionsOf(rules: Rule[]): string[] {
  return [
    ...(rules.some(({ onUpload }) => onUpload) ? [COLLECTIONS.uploads] : []),
    ...(rules.some(hasQuota) ? [COLLECTIONS.quotas] : []),
    ...(rules.some(({ trashDays }) => trashDays !== undefined) ? [COLLECTIONS.trash] : []),
  ]
}

/** A collection by its name. */
export type RecordStores = <Value>(collection: string) => RecordStore<Value>

/** Collections in memory: for a key server of one process. They end with it. */
export function memoryStores(): RecordStores {
  const stores = new Map<string, RecordStore<never>>()
  return <Value>(name: string) => {
    const store = stores.get(name) ?? memoryRecords<never>()
    stores.set(name, store)
    // The name of a collection determines the type of its records.
    return store as RecordStore<unknown> as RecordStore<Value>
  }
}

/** One collection in memory. */
export function memoryRecords<Value>(): RecordStore<Value> {
  const records = new Map<string, { text: string; version: number }>()
  const read = (id: string): StoredRecord<Value> | undefined => {
    const found = records.get(id)
    return found && { id, value: JSON.parse(found.text), version: found.version }
  }
  return {
    get: async (id) => read(id),
    async put(id, value, version) {
      if (records.get(id)?.version !== version) return false
      records.set(id, { text: JSON.stringify(value), version: (version ?? 0) + 1 })
      return true
    },
    async remove(id, version) {
      return records.get(id)?.version === version && records.delete(id)
    },
    async list(after, limit) {
      const ids = [...records.keys()].filter((id) => id > after).sort()
      return ids.slice(0, limit).flatMap((id) => read(id) ?? [])
    },
  }
}

/** The part of wx-server-sdk's `cloud.database()` that is used. Its answers are read where they are awaited. */
export interface CloudDatabase {
  command: { gt(value: string): unknown }
  collection(name: string): CloudCollection
  createCollection(name: string): unknown
}

interface CloudCollection {
  add(options: { data: object }): unknown
  where(query: object): CloudQuery
}

interface CloudQuery {
  limit(count: number): CloudQuery
  orderBy(field: string, order: 'asc' | 'desc'): CloudQuery
  get(): unknown
  update(options: { data: object }): unknown
  remove(): unknown
}

/**
 * A record as the database stores it. Its value is JSON text, since field names that users choose, such as those of
 * metadata, could be operators of the database or EJSON types (`$date`).
 */
interface CloudDocument {
  _id: string
  version: number
  value: string
  /** The platform adds it to what a phone writes, and to nothing that a function writes. */
  _openid?: string
}

/**
 * Records in a collection of the CloudBase database, which is created when it is missing. By the default permission of
 * a collection phones may add documents to it: those are not records, and are removed where they take the id of one.
 * @param database called when it is first needed, since loading the database client takes a while
 */
export function cloudRecords<Value>(
  database: () => CloudDatabase,
  name: string,
): RecordStore<Value> {
  let known: CloudDatabase | undefined
  const db = () => {
    known ??= database()
    return known
  }
  /** Creates the collection if that is what failed. */
  const run = async <Result>(action: () => Result): Promise<Awaited<Result>> => {
    try {
      return await action()
    } catch (error) {
      if (!isMissingCollection(error)) throw error
      // Another instance may create it at the same time.
      await Promise.resolve(db().createCollection(name)).catch(() => undefined)
      return await action()
    }
  }
  const find = async (query: CloudQuery): Promise<CloudDocument[]> => {
    const { data } = (await query.get()) as { data: CloudDocument[] }
    return data
  }
  const read = ({ _id, value, version }: CloudDocument): StoredRecord<Value> => ({
    id: _id,
    value: JSON.parse(value),
    version,
  })
  const exactly = (_id: string, version: number) => db().collection(name).where({ _id, version })
  const get = async (id: string) => {
    const [found] = await run(() => find(db().collection(name).where({ _id: id }).limit(1)))
    if (!found || !isOfPhone(found)) return found && read(found)
    const { _id, _openid } = found
    await db().collection(name).where({ _id, _openid }).remove()
    return undefined
  }
  return {
    get,
    async put(id, value, version) {
      if (version !== undefined) {
        const data = { version: version + 1, value: JSON.stringify(value) }
        const { stats } = (await exactly(id, version).update({ data })) as {
          stats: { updated: number }
        }
        return stats.updated === 1
      }
      try {
        await run(() =>
          db()
            .collection(name)
            .add({ data: { _id: id, version: 1, value: JSON.stringify(value) } }),
        )
        return true
      } catch (error) {
        // An id that exists already is an error, whose code depends on the platform's version.
        if (await get(id)) return false
        throw error
      }
    },
    async remove(id, version) {
      const { stats } = (await exactly(id, version).remove()) as { stats: { removed: number } }
      return stats.removed === 1
    },
    async list(after, limit) {
      for (let last = after; ; ) {
        const documents = await run(() => {
          const later = db()
            .collection(name)
            .where({ _id: db().command.gt(last) })
          return find(later.orderBy('_id', 'asc').limit(limit))
        })
        const records = documents.filter((document) => !isOfPhone(document))
        if (records.length > 0 || documents.length === 0) return records.map(read)
        last = documents[documents.length - 1]?._id ?? ''
      }
    },
  }
}

const isOfPhone = ({ _openid }: CloudDocument) => _openid !== undefined

/** `DATABASE_COLLECTION_NOT_EXIST`, -502005. */
function isMissingCollection(error: unknown): boolean {
  const { errCode, message = '' }: { errCode?: unknown; message?: unknown } = error ?? {}
  return errCode === -502005 || /COLLECTION_NOT_EXIST|not exist/i.test(String(message))
}
