import { randomBytes } from 'node:crypto'
import {
  MAX_KEY_BYTES,
  type TrashedObject,
  type TrashResponse,
  utf8Length,
} from '@miniprogram-cos/protocol'
import type { Call } from '../createFunction'
import { FunctionError, refusal } from '../errors'
import { grantFor, pathOf } from '../grants'
import { OPENID, ownerOf, type Rule, TRASH } from '../rules'
import { fileProblem } from '../signature/limits'
import type { ObjectHead, TrashBucket } from './bucketAccess'
import { runBeforeUpload } from './hooks'
import { type Clock, type Lease, REAL_CLOCK, withLease } from './lease'
import type { RecordStore } from './records'

/** Entries of one page of a list: with keys of 850 bytes they still fit into the response of a function. */
const PAGE = 500
/** How often a call starts again because the object was replaced meanwhile. */
const MAX_ATTEMPTS = 5

/** An object in the trash: `.trash/<key>/<id>`. */
interface TrashEntry {
  key: string
  /** Time of the deletion, a random part, and who deleted it: `20261130T141552Z-1a2b3c4d-owner`. */
  id: string
}

/** `owner`: the owner of the folder, who may restore the object. `other`: any other user. */
type DeletedBy = 'owner' | 'other'

const ID = /^\d{8}T\d{6}Z-[\da-f]{8}-(owner|other)$/
const ENTRY = /^\.trash\/(.+)\/([^/]+)$/s

/** Bytes by which the key of an entry is longer than the key of its object. */
const ENTRY_BYTES = `${TRASH}/20261130T141552Z-1a2b3c4d-owner`.length

function newEntry(key: string, now: number, by: DeletedBy): TrashEntry {
  const date = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  return { key, id: `${date}-${randomBytes(4).toString('hex')}-${by}` }
}

const entryKey = ({ key, id }: TrashEntry): string => `${TRASH}${key}/${id}`

const isEntryId = (id: string): boolean => ID.test(id)

/** Reads the key of an object in the trash. @returns undefined if it is not the key of an entry */
export function readEntry(path: string): TrashEntry | undefined {
  const [, key = '', id = ''] = ENTRY.exec(path) ?? []
  return isEntryId(id) ? { key, id } : undefined
}

/** One object, and which deletions of it the caller may undo. */
interface TrashTarget {
  rule: Rule
  key: string
  /** Whether deletions by others than the folder's owner are included. */
  seesAll: boolean
}

/** @param entry the object's key in the trash */
type BeforeMove = (rule: Rule, key: string, entry: string, size: number) => Promise<void>

/**
 * Moves objects into the trash of the bucket and back. An object is copied before it is deleted, so an interruption leaves
 * both. Calls for one key exclude each other by a lease, so the object that is deleted is the one
 * that was copied; only an upload that replaces it between the last look and the deletion could be lost, and with
 * `overwrite: false` COS refuses that.
 */
export class Trash {
  readonly #bucket: TrashBucket
  readonly #leases: RecordStore<Lease>
  readonly #clock: Clock
  readonly #beforeMove: BeforeMove

  /** @param beforeMove may refuse to move an object into the trash */
  constructor(
    bucket: TrashBucket,
    leases: RecordStore<Lease>,
    clock = REAL_CLOCK,
    beforeMove: BeforeMove = async () => undefined,
  ) {
    this.#bucket = bucket
    this.#leases = leases
    this.#clock = clock
    this.#beforeMove = beforeMove
  }

  /** Moves an object into the trash. A missing object is no error. */
  async delete({ rule, key }: TrashTarget, by: DeletedBy): Promise<TrashResponse> {
    if (utf8Length(key) + ENTRY_BYTES > MAX_KEY_BYTES) {
      throw refused(`the key is longer than ${MAX_KEY_BYTES - ENTRY_BYTES} bytes`, rule.pattern)
    }
    return this.#withLease(key, async () => ({ trash: await this.#moveIn(rule, key, by) }))
  }

  /** Lists the entries of the trash whose keys begin with a prefix. */
  async list(
    { rule, key: prefix, seesAll }: TrashTarget,
    marker: TrashEntry | undefined,
  ): Promise<TrashResponse> {
    const after = marker ? entryKey(marker) : ''
    const { files, next } = await this.#bucket.page(`${TRASH}${prefix}`, after, PAGE)
    const trash = files.flatMap(({ key, size }) => {
      const entry = readEntry(key)
      return entry && isVisible(entry, seesAll) ? [describeEntry(rule, entry, size)] : []
    })
    const last = next === undefined ? undefined : readEntry(next)
    return { trash, ...(last ? { NextMarker: `${last.key}/${last.id}` } : {}) }
  }

  /**
   * Moves an object back.
   * @param id of the entry. @default the last one
   * @param overwrites whether an object that has the key now goes into the trash, instead of a refusal
   * @param admit may refuse to restore the object
   * @throws FunctionError `KitTrashConflict`, `KitTrashRefused`
   */
  async restore(
    target: TrashTarget,
    id: string | undefined,
    overwrites: DeletedBy | undefined,
    admit: (file: ObjectHead) => Promise<void> = async () => undefined,
  ): Promise<TrashResponse> {
    const { rule, key } = target
    return this.#withLease(key, async () => {
      const { entry, source } = await this.#find(target, id)
      await admit(source)
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        // In a bucket with versions COS replaces the object, whatever the copy forbids.
        const isTaken = (await this.#bucket.head(key)) !== undefined
        const outcome = isTaken ? 'exists' : await this.#bucket.copy(source, key)
        if (outcome === 'copied') {
          await this.#bucket.remove(source.key)
          return { trash: [describeEntry(rule, entry, source.size)] }
        }
        if (outcome === 'changed') break
        if (!overwrites) {
          const message = 'an object has this key: restore it with Overwrite, which moves that one'
          throw new FunctionError('KitTrashConflict', message, { rule: rule.pattern })
        }
        await this.#moveIn(rule, key, overwrites)
      }
      throw new FunctionError('KitInternal', 'the object kept changing: try again', {
        retryable: true,
      })
    })
  }

  /** Deletes an object in the trash permanently. */
  async erase(target: TrashTarget, id: string): Promise<TrashResponse> {
    return this.#withLease(target.key, async () => {
      const { entry, source } = await this.#find(target, id)
      await this.#bucket.remove(source.key)
      return { trash: [describeEntry(target.rule, entry, source.size)] }
    })
  }

  #withLease<Result>(key: string, run: () => Promise<Result>): Promise<Result> {
    return withLease(this.#leases, key, this.#clock, run)
  }

  async #moveIn(rule: Rule, key: string, by: DeletedBy): Promise<TrashedObject[]> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const source = await this.#bucket.source(key)
      if (!source) return []
      const entry = newEntry(key, this.#clock.now(), by)
      await this.#beforeMove(rule, key, entryKey(entry), source.size)
      if ((await this.#bucket.copy(source, entryKey(entry))) !== 'copied') continue
      const { etag, modified } = (await this.#bucket.head(key)) ?? {}
      // Replaced meanwhile: both the copy and the new object are kept.
      if (etag !== source.etag || modified !== source.modified) continue
      await this.#bucket.remove(key)
      return [describeEntry(rule, entry, source.size)]
    }
    throw new FunctionError('KitInternal', 'the object kept changing: try again', {
      retryable: true,
    })
  }

  /** An entry of a key that the caller may see. @throws FunctionError `KitTrashRefused` */
  async #find({ rule, key, seesAll }: TrashTarget, id: string | undefined) {
    const entry = id === undefined ? await this.#last(key, seesAll) : { key, id }
    const isShown = entry !== undefined && isVisible(entry, seesAll)
    const source = isShown ? await this.#bucket.source(entryKey(entry)) : undefined
    if (!entry || !source) throw refused('there is no such object in the trash', rule.pattern)
    return { entry, source }
  }

  async #last(key: string, seesAll: boolean): Promise<TrashEntry | undefined> {
    let last: TrashEntry | undefined
    for await (const { key: path } of this.#bucket.list(`${TRASH}${key}/`)) {
      const entry = readEntry(path)
      // Their ids begin with the time, so the last in the list is the last that was deleted.
      if (entry?.key === key && isVisible(entry, seesAll)) last = entry
    }
    return last
  }
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000

/** An entry as the caller sees it. */
function describeEntry(
  { trashDays = 0 }: Rule,
  { key, id }: TrashEntry,
  size: number,
): TrashedObject {
  const date = id.replace(/^(....)(..)(..)T(..)(..)(..)Z.*/, '$1-$2-$3T$4:$5:$6Z')
  const end = Date.parse(date) + trashDays * DAY_MILLISECONDS
  const Expires = new Date(end).toISOString().replace('.000', '')
  return { Key: key, TrashId: id, Size: size, Deleted: date, Expires }
}

/** The owner cannot restore objects that others have deleted, such as reviewers. */
const isVisible = (entry: TrashEntry, seesAll: boolean): boolean =>
  isEntryId(entry.id) && (seesAll || entry.id.endsWith('-owner'))

const refused = refusal('KitTrashRefused')

/**
 * Answers the event `trash`: checks what it requests against the caller's grants.
 * @throws FunctionError `KitBadRequest`, `KitTrashRefused`, `KitTrashConflict`
 */
export async function answerTrash(
  trash: Trash,
  call: Pick<Call, 'grants' | 'rules' | 'openid' | 'wxContext'>,
  event: object,
): Promise<TrashResponse> {
  const { action, Key, TrashId, Overwrite, Prefix, Marker }: Record<string, unknown> = { ...event }
  if (Overwrite !== undefined && typeof Overwrite !== 'boolean') {
    throw badRequest('Overwrite must be true or false')
  }
  const id = optionalText(TrashId, 'TrashId')
  if (id !== undefined && !isEntryId(id)) throw refused('there is no such object in the trash')
  const marker = optionalText(Marker, 'Marker')
  if (action === 'list') {
    const target = listTarget(call, optionalText(Prefix, 'Prefix'))
    return trash.list(target, marker === undefined ? undefined : readEntry(`${TRASH}${marker}`))
  }
  const key = optionalText(Key, 'Key')
  if (key === undefined) throw badRequest('trash needs a Key')
  const target = targetOf(call, key)
  const { rule } = target
  const by = !hasOwner(rule) || isOwnKey(rule, key, call.openid) ? 'owner' : 'other'
  switch (action) {
    case 'delete':
      return trash.delete(target, by)
    case 'restore':
      grantFor('write', key, call, refused)
      return trash.restore(target, id, Overwrite ? by : undefined, async ({ size, type }) => {
        // The limits may be stricter than when the object was uploaded.
        const problem = fileProblem(rule, { size, type })
        if (problem) throw refused(problem, rule.pattern)
        await runBeforeUpload({ rule, key, size, type }, call.wxContext)
      })
    case 'erase':
      if (id === undefined) throw badRequest('to erase, trash needs a TrashId')
      if (by === 'other') throw refused('only the owner of the folder may erase', rule.pattern)
      return trash.erase(target, id)
    default:
      throw badRequest('the actions of trash are delete, list, restore and erase')
  }
}

/** The target of a request, if the caller may delete it and its rule has a trash. @throws FunctionError `KitTrashRefused` */
function targetOf(call: Pick<Call, 'grants' | 'rules'>, key: string): TrashTarget {
  const { rule, isOwn } = grantFor('delete', key, call, refused)
  if (rule.trashDays === undefined) throw refused('the rule has no trash', rule.pattern)
  return { rule, key, seesAll: !isOwn }
}

function listTarget(
  call: Pick<Call, 'grants' | 'rules' | 'openid'>,
  given: string | undefined,
): TrashTarget {
  const own = call.grants.find(
    ({ verb, rule, isOwn }) => verb === 'delete' && isOwn && rule.trashDays !== undefined,
  )
  const prefix = given ?? (own ? pathOf(own.rule, call.openid) : undefined)
  if (prefix === undefined) throw refused('no path of yours has a trash')
  const target = targetOf(call, prefix)
  // Permission to delete a known key does not include listing the keys of others.
  if (target.seesAll && !isOwnKey(target.rule, prefix, call.openid)) {
    grantFor('list', prefix, call, refused)
  }
  return target
}

const hasOwner = ({ segments }: Rule) => segments.includes(OPENID)

/** Whether a key lies in the caller's own folder. */
function isOwnKey(rule: Rule, key: string, openid: string): boolean {
  return hasOwner(rule) && ownerOf(rule, key) === openid
}

function optionalText(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw badRequest(`${field} must be text`)
}

const badRequest = (message: string) => new FunctionError('KitBadRequest', message)
