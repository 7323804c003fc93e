import { CloudBaseError, notImplemented } from './errors'

/** A document, a query or an update with JavaScript values: Date and RegExp instead of their EJSON forms. */
export type Document = Record<string, unknown>

/** Flags of a regular expression that MongoDB has too; `g` and `y` would keep state between matches. */
const REGEXP_FLAGS = /[^imsu]/g

/** EJSON types that wx-server-sdk never sends. */
const REFUSED_TYPES = new Set([
  '$binary',
  '$code',
  '$dbPointer',
  '$maxKey',
  '$minKey',
  '$numberDecimal',
  '$oid',
  '$symbol',
  '$timestamp',
  '$uuid',
])

/**
 * Parses a value in EJSON, in canonical or relaxed format.
 * @param now Unix milliseconds, for `db.serverDate()`
 * @throws CloudBaseError `INVALID_PARAM`, or `NotImplemented` for other BSON types
 */
export function parseEjson(text: unknown, now: number): unknown {
  if (typeof text !== 'string') throw new CloudBaseError('INVALID_PARAM', 'expected EJSON text')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new CloudBaseError('INVALID_PARAM', 'the parameter is not JSON')
  }
  return fromEjson(json, now)
}

/** Like `parseEjson`, but requires an object. */
export function parseEjsonObject(text: unknown, now: number): Document {
  const value = parseEjson(text, now)
  if (isPlainObject(value)) return value
  throw new CloudBaseError('INVALID_PARAM', 'expected an object')
}

export function fromEjson(value: unknown, now: number): unknown {
  if (Array.isArray(value)) return value.map((item) => fromEjson(item, now))
  if (!isPlainObject(value)) return value
  const [name, ...others] = Object.keys(value)
  if (name !== undefined && others.length === 0) {
    const content = value[name]
    if (REFUSED_TYPES.has(name)) throw notImplemented(`the BSON type ${name}`)
    if (name === '$undefined') return null
    if (name === '$numberInt' || name === '$numberLong' || name === '$numberDouble') {
      return Number(content)
    }
    if (name === '$date') return parseDate(content)
    if (name === '$tcb_server_date') return new Date(now + parseOffset(content, now))
    if (name === '$regularExpression') return parseRegExp(content)
  }
  // fromEntries defines a member named `__proto__` instead of setting the prototype.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromEjson(item, now)]))
}

/** Converts a value to the EJSON of rows and responses. Finite numbers are plain JSON. */
export function toEjson(value: unknown): unknown {
  if (value instanceof Date) return { $date: { $numberLong: String(value.getTime()) } }
  if (value instanceof RegExp) {
    return { $regularExpression: { pattern: value.source, options: value.flags } }
  }
  if (Array.isArray(value)) return value.map(toEjson)
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
    return { $numberDouble: Object.is(value, -0) ? '-0.0' : String(value) }
  }
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toEjson(item)]))
}

/** A deep copy. */
export function copyDocument(document: Document): Document {
  return fromEjson(toEjson(document), 0) as Document
}

function isPlainObject(value: unknown): value is Document {
  return Object.prototype.toString.call(value) === '[object Object]'
}

function parseDate(content: unknown): Date {
  const value = isPlainObject(content) ? Number(content.$numberLong) : content
  const date = new Date(typeof value === 'string' ? value : Number(value))
  if (Number.isNaN(date.getTime())) throw new CloudBaseError('INVALID_PARAM', 'invalid $date')
  return date
}

function parseOffset(content: unknown, now: number): number {
  const offset = isPlainObject(content) ? fromEjson(content.offset, now) : 0
  return typeof offset === 'number' ? offset : 0
}

function parseRegExp(content: unknown): RegExp {
  const { pattern, options } = isPlainObject(content) ? content : {}
  try {
    return new RegExp(String(pattern), String(options ?? '').replace(REGEXP_FLAGS, ''))
  } catch {
    throw new CloudBaseError('INVALID_PARAM', 'invalid regular expression')
  }
}
