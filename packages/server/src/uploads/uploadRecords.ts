import { type CosConfig, checkConfig } from '../config'
import { FunctionError } from '../errors'
import { covers, pathOf } from '../grants'
import type { WXContext } from '../identity'
import { listPrefix, ownerOf, type Rule, TRASH } from '../rules'
import type { Environment } from '../sts'
import {
  type BucketAccess,
  type ListedFile,
  type ObjectHead,
  SignedBucketAccess,
} from './bucketAccess'
import { type DeletedFile, hookFailed, nameOf, type UploadedFile } from './hooks'
import {
  type Clock,
  type CloudDatabase,
  COLLECTIONS,
  cloudRecords,
  LEASE_MILLISECONDS,
  REAL_CLOCK,
  type RecordStore,
  recordId,
  type StoredRecord,
  waitForLease,
} from './records'

/** The record of one key: the object that `onUpload` has seen last, and the hook's result. */
export interface UploadRecord {
  /** `running` until the hook has returned; it runs again if it failed or never returned. */
  state: 'running' | 'done'
  /** The object as the hook saw it. */
  file: DeletedFile
  /** When it was last modified, in Unix milliseconds. */
  modified: number
  /** When it was last compared with the bucket, in Unix milliseconds. */
  checked: number
  /** The hook's return value. */
  result?: unknown
  /** Until this time no other call runs a hook for this key, in Unix milliseconds. */
  lease: number
}

/** The state of the object in the bucket, and whether the hook has run for it. */
export type SyncOutcome =
  | { state: 'done'; result: unknown; ran: boolean }
  | { state: 'absent' }
  /** Another object than was expected. */
  | { state: 'replaced' }

/** How often a call waits for a hook that runs for the same key elsewhere: three seconds in all. */
const MAX_WAITS = 12

/** How often a call runs hooks for one key whose object is replaced meanwhile. */
const MAX_RUNS = 5
/**
 * COS gives the time of modification in whole seconds, so a second object can have the same time and ETag. After a minute
 * it cannot any more, even if clocks differ.
 */
const SETTLED_MILLISECONDS = 60_000

/**
 * Brings the record of a key in line with the bucket, and runs the hooks that this takes. Calls for one key exclude
 * each other by a lease in the record, so it does not matter how often, in which order and by whom it is called.
 */
export class UploadRecords {
  readonly #rules: Rule[]
  readonly #bucket: BucketAccess
  readonly #records: RecordStore<UploadRecord>
  readonly #clock: Clock

  constructor(
    rules: Rule[],
    bucket: BucketAccess,
    records: RecordStore<UploadRecord>,
    clock = REAL_CLOCK,
  ) {
    this.#rules = rules
    this.#bucket = bucket
    this.#records = records
    this.#clock = clock
  }

  /** The rule whose hooks apply to a key. */
  ruleOf(key: string): Rule | undefined {
    return this.#rules.find(
      (rule) =>
        rule.onUpload &&
        covers({ path: pathOf(rule, '*') }, key) &&
        !key.endsWith('/') &&
        !key.startsWith(TRASH),
    )
  }

  async find(key: string): Promise<UploadRecord | undefined> {
    return (await this.#records.get(recordId(key)))?.value
  }

  /** All records, in no particular order. */
  async *all(): AsyncIterable<UploadRecord> {
    for (let after = ''; ; ) {
      const page = await this.#records.list(after, 100)
      for (const { value } of page) yield value
      const last = page[page.length - 1]
      if (!last) return
      after = last.id
    }
  }

  /**
   * @param wxContext who confirms the upload
   * @param etag of the object that is expected: for any other, nothing runs. @default any
   * @throws FunctionError `KitHookFailed`
   */
  async sync(rule: Rule, key: string, wxContext?: WXContext, etag?: string): Promise<SyncOutcome> {
    let runs = 0
    for (let waits = 0; ; ) {
      const record = await this.#records.get(recordId(key))
      const head = await this.#bucket.head(key)
      if (!head && !record) return { state: 'absent' }
      if (head && etag !== undefined && head.etag !== etag) return { state: 'replaced' }
      if (head && record && isDoneFor(record.value, head)) {
        await this.#settle(record)
        return { state: 'done', result: record.value.result, ran: runs > 0 }
      }
      if (runs >= MAX_RUNS) throw hookFailed(rule, 'the object kept changing: try again')
      if (record && record.value.lease > this.#clock.now()) {
        if (waits++ >= MAX_WAITS)
          throw hookFailed(rule, 'another call is running the hook for this key')
        await waitForLease(this.#clock, waits)
      } else if (head) {
        if (await this.#runOnUpload(rule, key, head, record, wxContext)) runs++
      } else if (record) {
        await this.#runOnDelete(rule, record)
        runs++
      }
      // The object may have been replaced or deleted while a hook ran: look again.
    }
  }

  /** Records that the object, which was recent when its hook ran, is still the same. */
  async #settle({ id, value, version }: StoredRecord<UploadRecord>): Promise<void> {
    const checked = this.#clock.now()
    if (isSettled(value) || !isSettled({ ...value, checked })) return
    await this.#records.put(id, { ...value, checked }, version)
  }

  /** @returns whether the hook ran; `false` if another call started first */
  async #runOnUpload(
    rule: Rule,
    key: string,
    { modified, ...head }: ObjectHead,
    record: StoredRecord<UploadRecord> | undefined,
    wxContext: WXContext | undefined,
  ): Promise<boolean> {
    const file: DeletedFile = { openid: ownerOf(rule, key), key, ...head }
    const checked = this.#clock.now()
    const value: UploadRecord = { state: 'running', file, modified, checked, lease: this.#lease() }
    if (!(await this.#records.put(recordId(key), value, record?.version))) return false
    const version = (record?.version ?? 0) + 1
    try {
      const given: UploadedFile = wxContext ? { ...file, wxContext } : file
      const result = toJson(await rule.onUpload?.(given))
      await this.#records.put(recordId(key), { ...value, state: 'done', result, lease: 0 }, version)
      return true
    } catch (error) {
      await this.#records.put(recordId(key), { ...value, lease: 0 }, version)
      throw hookFailed(rule, `onUpload failed: ${nameOf(error)}`)
    }
  }

  async #runOnDelete(rule: Rule, { id, value, version }: StoredRecord<UploadRecord>) {
    const running: UploadRecord = { ...value, state: 'running', lease: this.#lease() }
    if (!(await this.#records.put(id, running, version))) return
    try {
      await rule.onDelete?.(value.file)
    } catch (error) {
      await this.#records.put(id, { ...running, lease: 0 }, version + 1)
      throw hookFailed(rule, `onDelete failed: ${nameOf(error)}`)
    }
    await this.#records.remove(id, version + 1)
  }

  #lease(): number {
    return this.#clock.now() + LEASE_MILLISECONDS
  }
}

/** Whether `onUpload` has run for an object of a listing, which shows neither type nor metadata. */
function isDoneForListed(
  record: UploadRecord,
  { etag, modified }: Pick<ObjectHead, 'etag' | 'modified'>,
): boolean {
  const { state, file } = record
  const isSame = file.etag === etag && record.modified === modified
  return state === 'done' && isSame && isSettled(record)
}

/** Whether `onUpload` has run for exactly this object. */
function isDoneFor({ state, file, modified }: UploadRecord, head: ObjectHead): boolean {
  return state === 'done' && describe(head) === describe({ ...file, modified })
}

function describe({ etag, modified, size, type, metadata }: ObjectHead): string {
  return JSON.stringify([etag, modified, size, type, Object.entries(metadata).sort()])
}

/** Whether no other object can have this time any more. */
function isSettled({ checked, modified }: UploadRecord): boolean {
  return checked > modified + SETTLED_MILLISECONDS
}

const toJson = (value: unknown): unknown =>
  value === undefined ? null : JSON.parse(JSON.stringify(value))

export interface ReconcileOptions {
  /**
   * Seconds: objects that are younger are left alone, since their upload may be about to be confirmed. @default 3600
   */
  olderThan?: number
  /** Removes objects that were never confirmed, instead of running `onUpload` for them. @default false */
  remove?: boolean
}

export interface ReconcileResult {
  /** Objects below paths with `onUpload`. */
  objects: number
  /** Objects for which `onUpload` ran now. */
  ran: number
  /** Objects that were never confirmed and have been removed; with `remove`. */
  removed: number
  /** Records of objects that are no longer there: `onDelete` ran, and the record is gone. */
  deleted: number
  /** Keys whose hook failed: the next reconciliation runs it again. */
  failed: { key: string; reason: string }[]
}

/**
 * Compares the bucket with the records of confirmed uploads and runs the hooks that are missing: `onUpload` for
 * objects that were never confirmed or whose hook failed, `onDelete` for objects that are gone. For a cloud function
 * of your own with a timer; `miniprogram-cos reconcile` runs it on your computer.
 *
 * @param database `() => cloud.database()` of wx-server-sdk
 * @throws FunctionError `KitMisconfigured` when the bucket cannot be read
 * @example
 * exports.main = () => reconcile(config, process.env, () => cloud.database(), { olderThan: 3600 })
 */
export async function reconcile(
  config: CosConfig,
  environment: Environment,
  database: () => CloudDatabase,
  options: ReconcileOptions = {},
): Promise<ReconcileResult> {
  const { bucket, region, rules } = checkConfig(config)
  const access = new SignedBucketAccess({ bucket, region }, environment)
  return reconcileRecords(rules, access, cloudRecords(database, COLLECTIONS.uploads), options)
}

/** `reconcile` for any bucket and any records. */
export async function reconcileRecords(
  rules: Rule[],
  bucket: BucketAccess,
  store: RecordStore<UploadRecord>,
  { olderThan = 3600, remove = false }: ReconcileOptions = {},
  clock?: Clock,
): Promise<ReconcileResult> {
  const records = new UploadRecords(rules, bucket, store, clock)
  const result: ReconcileResult = { objects: 0, ran: 0, removed: 0, deleted: 0, failed: [] }
  const before = (clock?.now() ?? Date.now()) - olderThan * 1000
  const present = new Set<string>()
  /** Keys for which a hook has started. */
  const recorded = new Set<string>()
  for await (const { file } of records.all()) recorded.add(file.key)
  /** Runs an action for one key, whose failure must not stop the others. */
  const attempt = async (key: string, action: () => Promise<void>): Promise<void> => {
    try {
      await action()
    } catch (error) {
      const isOwn = error instanceof FunctionError
      if (isOwn && error.code === 'KitMisconfigured') throw error
      const reason = isOwn ? error.message : error instanceof Error ? error.name : typeof error
      result.failed.push({ key, reason })
    }
  }
  const sync = (key: string) =>
    attempt(key, async () => {
      const rule = records.ruleOf(key)
      if (!rule) return
      const outcome = await records.sync(rule, key)
      if (outcome.state === 'absent') result.deleted++
      else if (outcome.state === 'done' && outcome.ran) result.ran++
    })
  /** Removes an object, unless somebody has uploaded another one since the listing. */
  const discard = ({ key, etag, modified }: ListedFile) =>
    attempt(key, async () => {
      const head = await bucket.head(key)
      if (head?.etag !== etag || head.modified !== modified) return
      await bucket.remove(key)
      result.removed++
    })
  const prefixes = new Set(rules.filter((rule) => rule.onUpload).map(listPrefix))
  for (const prefix of prefixes) {
    for await (const file of bucket.list(prefix)) {
      const { key, modified } = file
      // The prefixes of two rules may contain each other.
      if (present.has(key) || !records.ruleOf(key)) continue
      present.add(key)
      result.objects++
      if (modified > before) continue
      const record = await records.find(key)
      if (record && isDoneForListed(record, file)) continue
      await (remove && !record ? discard(file) : sync(key))
    }
  }
  for (const key of recorded) if (!present.has(key)) await sync(key)
  return result
}
