/** Fields of a collection that may hold fileIDs. */
export interface FieldSelection {
  collection: string
  /** `cover`, `photos.url`; absent: every field */
  field?: string
}

/** A text in a record. */
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

/** Texts at a field of a record; arrays on the way are entered, and so is what lies below the field. */
export function textsAt(record: Record<string, unknown>, field?: string): FoundText[] {
  const found: FoundText[] = []
  collect(record, field === undefined ? [] : field.split('.'), '', found)
  return found
}

function collect(value: unknown, segments: string[], path: string, found: FoundText[]): void {
  const below = (name: string | number) => (path === '' ? String(name) : `${path}.${name}`)
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) collect(item, segments, below(i), found)
    return
  }
  const [name, ...rest] = segments
  if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      // An update cannot address such a name.
      if (/[.$]/.test(key) || (path === '' && IDENTITY.includes(key))) continue
      if (name === undefined) collect(item, [], below(key), found)
      else if (name === key) collect(item, rest, below(key), found)
    }
    return
  }
  if (typeof value === 'string' && name === undefined) found.push({ path, text: value })
}

/** A plain object: not a date or another value with a prototype of its own. */
function isObject(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]'
}
