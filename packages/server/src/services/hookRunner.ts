import { isBelow } from '@miniprogram-cos/protocol'
import { pathOf } from '../grants'
import type { WXContext } from '../identity'
import { ownerOf, type Rule, TRASH } from '../rules'
import type { BucketAccess, ObjectHead } from './bucketAccess'
import { type DeletedFile, errorName, hookFailed, type UploadedFile } from './hooks'
import { type Clock, LEASE_MILLISECONDS, REAL_CLOCK, waitForLease } from './lease'
import { type RecordStore, recordId, type StoredRecord } from './records'

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

/** How often a call runs hooks for one key whose object keeps changing. */
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
export class HookRunner {
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
        isBelow(pathOf(rule, '*'), key) &&
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
      if (head && record && hasRunFor(record.value, head)) {
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
      throw hookFailed(rule, `onUpload failed: ${errorName(error)}`)
    }
  }

  async #runOnDelete(rule: Rule, { id, value, version }: StoredRecord<UploadRecord>) {
    const running: UploadRecord = { ...value, state: 'running', lease: this.#lease() }
    if (!(await this.#records.put(id, running, version))) return
    try {
      await rule.onDelete?.(value.file)
    } catch (error) {
      await this.#records.put(id, { ...running, lease: 0 }, version + 1)
      throw hookFailed(rule, `onDelete failed: ${errorName(error)}`)
    }
    await this.#records.remove(id, version + 1)
  }

  #lease(): number {
    return this.#clock.now() + LEASE_MILLISECONDS
  }
}

/** Whether `onUpload` has run for an object of a listing, which shows neither type nor metadata. */
export function hasRunForListed(
  record: UploadRecord,
  { etag, modified }: Pick<ObjectHead, 'etag' | 'modified'>,
): boolean {
  const { state, file } = record
  const isSame = file.etag === etag && record.modified === modified
  return state === 'done' && isSame && isSettled(record)
}

/** Whether `onUpload` has run for exactly this object. */
function hasRunFor({ state, file, modified }: UploadRecord, head: ObjectHead): boolean {
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
