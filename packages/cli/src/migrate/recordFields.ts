/** Fields of a collection that may contain fileIDs. */
export interface FieldSelection {
  collection: string
  /** `cover`, `photos.url` @default all fields */
  field?: string
}

/** A string in a record. */
export interface FoundText {
  /** With the indexes of arrays: `photos.0.url`. */
  path: string
  text: string
}

/** Reads `posts.cover` or `posts`. @throws Error */
export function parseSelection(text: string): FieldSelection {
  const [, collection, field] = /^([^.\s]+)(?:\.([^\s]+))?$/.exec(text) ?? []
  if (!collection) throw new Error(`"${text}" is not collection.field`)
  return { collection, ...(field ? { field } : {}) }
}

/** Fields of a record that no update can change. Apps choose `_id`, which may look like a fileID. */
const IDENTITY = ['_id', '_openid']

/** Finds the strings at and below a field of a record, including those in arrays on the path. */
export function textsAt(record: Record<string, unknown>, field?: string): FoundText[] {
  const texts: FoundText[] = []
  collect(record, field === undefined ? [] : field.split('.'), '', texts)
  return texts
}

function collect(value: unknown, segments: string[], path: string, texts: FoundText[]): void {
  const below = (name: string | number) => (path === '' ? String(name) : `${path}.${name}`)
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) collect(item, segments, below(i), texts)
    return
  }
  const [name, ...rest] = segments
  if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      // An update cannot address such a field.
      if (/[.$]/.test(key) || (path === '' && IDENTITY.includes(key))) continue
      if (name === undefined) collect(item, [], below(key), texts)
      else if (name === key) collect(item, rest, below(key), texts)
    }
    return
  }
  if (typeof value === 'string' && name === undefined) texts.push({ path, text: value })
}

/** A plain object: not a date or another value with a prototype of its own. */
function isObject(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]'
}
