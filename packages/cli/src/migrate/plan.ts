import { keyProblem } from '@miniprogram-cos/protocol'
import { localizedError, t } from '../text'
import {
  FILE_ID_PREFIX,
  pathOfFileId,
  type RecordData,
  type Records,
  type SourceFiles,
} from './endpoints'

/** A file to copy. */
export interface PlannedCopy {
  fileID: string
  Key: string
}

/** A file or a string in a record that cannot be migrated. */
export interface Problem {
  subject: string
  reason: string
}

/** The copies and record changes of a migration. */
export interface Plan {
  copies: PlannedCopy[]
  /** Records that contain fileIDs. */
  records: number
  problems: Problem[]
}

/** Variables of a template for keys. */
const VARIABLES = ['openid', 'path', 'name', 'collection', 'id'] as const

type Variables = Partial<Record<(typeof VARIABLES)[number], string>>

/** @throws Error for an unknown variable */
export function checkTemplate(template: string): void {
  for (const [, name = ''] of template.matchAll(/\{([^}]*)\}/g)) {
    if (VARIABLES.some((known) => known === name)) continue
    const known = VARIABLES.map((variable) => `{${variable}}`).join(' ')
    throw localizedError(
      `unknown {${name}} in --key; known: ${known}`,
      `--key 中的 {${name}} 未知；可用：${known}`,
    )
  }
}

/** Computes the keys of a record's files by a template such as `private/{openid}/{path}`. */
export class KeyNames {
  readonly #template: string

  /** @throws Error for an unknown variable in the template */
  constructor(template: string) {
    checkTemplate(template)
    this.#template = template
  }

  /** @returns the key, or the reason why there is none */
  keyOf(
    fileID: string,
    collection?: string,
    record?: RecordData,
  ): { Key: string } | { reason: string } {
    const path = pathOfFileId(fileID)
    if (path === undefined) return { reason: t('not a fileID', '不是 fileID') }
    const openid = record?._openid
    const variables: Variables = {
      path,
      name: path.slice(path.lastIndexOf('/') + 1),
      ...(typeof openid === 'string' && openid ? { openid } : {}),
      ...(collection ? { collection } : {}),
      ...(record ? { id: String(record._id) } : {}),
    }
    let missing = ''
    const Key = this.#template.replace(/\{(\w+)\}/g, (_, name: keyof Variables) => {
      missing ||= variables[name] === undefined ? name : ''
      return variables[name] ?? ''
    })
    if (missing) {
      const known = record
        ? t('the record has none', '记录中没有')
        : t('no record names it', '没有记录引用它')
      return { reason: `{${missing}}: ${known}` }
    }
    const problem = keyProblem(Key) ?? segmentProblem(Key, this.#template, variables)
    return problem ? { reason: `${Key}: ${problem}` } : { Key }
  }
}

/**
 * Checks a key: users choose `_id` and the values of fields, which must not move a file out of the folder in the template.
 * @returns the problem, if there is one
 */
function segmentProblem(key: string, template: string, variables: Variables): string | undefined {
  const isSplit = (['openid', 'id'] as const).some(
    (name) => template.includes(`{${name}}`) && /[/\\]/.test(variables[name] ?? ''),
  )
  if (isSplit) {
    return t('_openid and _id may not contain a slash', '_openid 和 _id 不能包含斜杠')
  }
  if (/(?:^|[/\\])\.*(?:[/\\]|$)/.test(key)) {
    return t('it has an empty segment or one of dots', '含有空路径段或只有点号的路径段')
  }
  return undefined
}

/** Reads all records and, with the option, the list of all files. Changes nothing. */
export async function makePlan(
  { records, files }: { records: Records; files: SourceFiles },
  {
    selections,
    allFiles,
    names,
  }: { selections: FieldSelection[]; allFiles: boolean; names: KeyNames },
): Promise<Plan> {
  const owners = new Map<string, string>()
  const named = new Set<string>()
  const plan: Plan = { copies: [], records: 0, problems: [] }
  const add = (fileID: string, collection?: string, record?: RecordData) => {
    named.add(fileID)
    const found = names.keyOf(fileID, collection, record)
    if ('reason' in found) {
      plan.problems.push({ subject: fileID, reason: found.reason })
      return
    }
    const owner = owners.get(found.Key)
    if (owner === undefined) {
      owners.set(found.Key, fileID)
      plan.copies.push({ fileID, Key: found.Key })
    } else if (owner !== fileID) {
      const reason = t(`${found.Key} is the key of ${owner} too`, `${found.Key} 也是 ${owner} 的键`)
      plan.problems.push({ subject: fileID, reason })
    }
  }
  for (const { collection, field } of selections) {
    for await (const record of records.list(collection)) {
      const fileIDs = textsAt(record, field).filter(({ text }) => text.startsWith(FILE_ID_PREFIX))
      if (fileIDs.length > 0) plan.records += 1
      for (const { text } of fileIDs) add(text, collection, record)
    }
  }
  if (allFiles) {
    for await (const fileID of files.list()) if (!named.has(fileID)) add(fileID)
  }
  return plan
}

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
  if (!collection) {
    throw localizedError(`"${text}" is not collection.field`, `“${text}”不是“集合.字段”的形式`)
  }
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
