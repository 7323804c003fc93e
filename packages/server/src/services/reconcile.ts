import { type CosConfig, checkConfig } from '../config'
import { FunctionError } from '../errors'
import { listPrefix, type Rule } from '../rules'
import type { Environment } from '../sts'
import { type BucketAccess, type ListedFile, SignedBucketAccess } from './bucketAccess'
import { HookRunner, hasRunForListed, type UploadRecord } from './hookRunner'
import type { Clock } from './lease'
import { type CloudDatabase, COLLECTIONS, cloudRecords, type RecordStore } from './records'

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
  const hooks = new HookRunner(rules, bucket, store, clock)
  const result: ReconcileResult = { objects: 0, ran: 0, removed: 0, deleted: 0, failed: [] }
  const before = (clock?.now() ?? Date.now()) - olderThan * 1000
  const present = new Set<string>()
  /** Keys for which a hook has started. */
  const recorded = new Set<string>()
  for await (const { file } of hooks.all()) recorded.add(file.key)
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
      const rule = hooks.ruleOf(key)
      if (!rule) return
      const outcome = await hooks.sync(rule, key)
      if (outcome.state === 'absent') result.deleted++
      else if (outcome.state === 'done' && outcome.ran) result.ran++
    })
  /** Removes an object, unless another one has been uploaded since the listing. */
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
      if (present.has(key) || !hooks.ruleOf(key)) continue
      present.add(key)
      result.objects++
      if (modified > before) continue
      const record = await hooks.find(key)
      if (record && hasRunForListed(record, file)) continue
      await (remove && !record ? discard(file) : sync(key))
    }
  }
  for (const key of recorded) if (!present.has(key)) await sync(key)
  return result
}
