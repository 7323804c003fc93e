import {
  type ConfirmResponse,
  isBelow,
  type TrashResponse,
  type UsageResponse,
} from '@miniprogram-cos/protocol'
import { CallerLimiter } from '../callerLimiter'
import type { CheckedConfig } from '../config'
import type { Call } from '../createFunction'
import { FunctionError, Reason, refusal } from '../errors'
import { explainDenial, type Grant, pathOf } from '../grants'
import { hasDotSegment } from '../objectKey'
import { hasQuota, type Rule } from '../rules'
import type { Environment } from '../sts'
import { SignedBucketAccess } from './bucketAccess'
import { FolderQuota, quotaFolder, type Reservation } from './folderQuota'
import { HookRunner } from './hookRunner'
import { runBeforeUpload, type UploadRequest } from './hooks'
import {
  type CloudDatabase,
  COLLECTIONS,
  cloudRecords,
  memoryStores,
  type RecordStores,
} from './records'
import { answerTrash, Trash } from './trash'

/** The services that a function uses besides its environment. */
export interface FunctionServices {
  /**
   * The CloudBase database, for the records of hooks, quotas and the trash: `() => cloud.database()`. Called when it is
   * first needed. @default `records`
   */
  database?: () => CloudDatabase
  /** Another store for these records. @default the memory of the process */
  records?: RecordStores
}

/** The answers to events that request no key and no signature. */
export type ServiceResponse = ConfirmResponse | UsageResponse | TrashResponse

/**
 * Calls that run a hook, or read the bucket or the records, are limited to this number for each of `keysPerMinute`: an
 * upload and its confirmation for each of the ten signing keys that count as one key.
 */
const CALLS_PER_KEY = 20

/** Hooks, quotas and the trash of one function. */
export class BucketServices {
  readonly #quota: FolderQuota
  readonly #hooks: HookRunner
  readonly #trash: Trash
  readonly #limiter: CallerLimiter

  constructor(
    config: CheckedConfig,
    environment: Environment,
    { database, records = memoryStores() }: FunctionServices,
  ) {
    const store: RecordStores = (name) => (database ? cloudRecords(database, name) : records(name))
    const bucket = new SignedBucketAccess(config, environment)
    this.#quota = new FolderQuota(bucket, store(COLLECTIONS.quotas))
    this.#hooks = new HookRunner(config.rules, bucket, store(COLLECTIONS.uploads))
    this.#trash = new Trash(bucket, store(COLLECTIONS.trash), undefined, async (rule, ...move) => {
      if (hasQuota(rule)) await this.#quota.reserveMove(rule, ...move)
    })
    const perMinute = config.keysPerMinute * CALLS_PER_KEY
    this.#limiter = new CallerLimiter(
      perMinute,
      undefined,
      'uploads, deletions, confirmations and usages',
    )
  }

  /**
   * Runs `beforeUpload` and reserves what counts against a quota, for uploads that are otherwise permitted.
   * @param seconds for how long they will be permitted
   * @throws FunctionError `KitUploadRefused`, `KitHookFailed`, `KitQuotaExceeded`, `KitTooManyRequests`
   */
  async permit(call: Call, uploads: UploadRequest[], seconds: number): Promise<void> {
    const costly = uploads.filter(({ rule }) => rule.beforeUpload || hasQuota(rule))
    if (costly.length > 0) this.#limiter.take(call.openid, costly.length)
    for (const upload of uploads) await runBeforeUpload(upload, call.wxContext)
    const until = Date.now() + seconds * 1000
    const folders = new Map<string, { rule: Rule; wanted: Reservation[] }>()
    for (const { rule, key, size = rule.maxBytes ?? 0 } of uploads) {
      if (!hasQuota(rule)) continue
      const folder = quotaFolder(rule, key)
      const reserved = folders.get(folder) ?? { rule, wanted: [] }
      reserved.wanted.push({ key, size, until })
      folders.set(folder, reserved)
    }
    for (const [folder, { rule, wanted }] of folders) {
      await this.#quota.reserve(rule, folder, wanted)
    }
  }

  /**
   * Handles `confirm`, `usage` and `trash`.
   * @returns undefined for every other request
   * @throws FunctionError `KitTooManyRequests`, and what these throw
   */
  handle(call: Call): Promise<ServiceResponse> | undefined {
    const what = SERVICES.find((name) => (call.event[name] ?? null) !== null)
    if (!what) return undefined
    call.log.what = what
    this.#limiter.take(call.openid)
    if (what === 'confirm') return this.#confirm(call)
    if (what === 'usage') return this.#usage(call)
    return answerTrash(this.#trash, call, requireObject(call.event.trash, 'trash'))
  }

  /** @throws FunctionError `KitConfirmRefused`, `KitHookFailed` */
  async #confirm(call: Call): Promise<ConfirmResponse> {
    const { Key, ETag }: { Key?: unknown; ETag?: unknown } = requireObject(
      call.event.confirm,
      'confirm',
    )
    if (typeof Key !== 'string' || (ETag !== undefined && typeof ETag !== 'string')) {
      throw confirmRefused('confirm needs a Key, and takes an ETag')
    }
    if (!call.grants.some((grant) => grant.verb === 'write' && isBelow(grant.path, Key))) {
      const { reason, rule } = explainDenial(call.rules, 'write', Key)
      throw confirmRefused(reason, rule)
    }
    // A key for a folder can upload what cos-signature refuses, so the name may be unusual; but on the way to COS dot segments
    // could be folded into another user's folder.
    if (hasDotSegment(Key)) throw confirmRefused(new Reason('keyWithDotSegment'))
    const rule = this.#hooks.ruleOf(Key)
    if (!rule) throw confirmRefused('the rule of this key has no onUpload')
    const outcome = await this.#hooks.sync(rule, Key, call.wxContext, ETag)
    if (outcome.state === 'done') return { confirm: outcome.result }
    const isAbsent = outcome.state === 'absent'
    throw confirmRefused(
      isAbsent ? 'there is no such object' : 'the object has been replaced',
      rule.pattern,
    )
  }

  /** @throws FunctionError `KitPathRefused` */
  async #usage({ event, grants, openid }: Call): Promise<UsageResponse> {
    const { path: requested }: { path?: unknown } = requireObject(event.usage, 'usage')
    const own = grants.find(({ rule, isOwn }) => isOwn && hasQuota(rule))
    const wanted = requested ?? (own ? pathOf(own.rule, openid) : undefined)
    const grant = grants.find(
      ({ rule, path, isOwn, verb }) =>
        typeof wanted === 'string' &&
        hasQuota(rule) &&
        isBelow(path, wanted) &&
        // Reading an object does not show what else is there; a refused upload does.
        (isOwn || verb === 'list' || verb === 'write'),
    )
    if (typeof wanted === 'string' && grant) {
      return this.#quota.usage(grant.rule, quotaFolder(grant.rule, wanted))
    }
    throw new FunctionError(
      'KitPathRefused',
      'usage is refused: no such folder of yours has a quota',
    )
  }

  /** Paths whose uploads this caller's client confirms, and where it deletes by the function. */
  servedPaths({ grants }: Call): { confirms?: string[]; trashes?: string[] } {
    const pathsOf = (isServed: (grant: Grant) => boolean) => [
      ...new Set(grants.filter(isServed).map(({ path }) => path)),
    ]
    const confirms = pathsOf(({ verb, rule }) => verb === 'write' && rule.onUpload !== undefined)
    const trashes = pathsOf(({ verb, rule }) => verb === 'delete' && rule.trashDays !== undefined)
    return {
      ...(confirms.length > 0 ? { confirms } : {}),
      ...(trashes.length > 0 ? { trashes } : {}),
    }
  }
}

const confirmRefused = refusal('KitConfirmRefused')

const SERVICES = ['confirm', 'usage', 'trash'] as const

function requireObject(value: unknown, field: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new FunctionError('KitBadRequest', `${field} must be an object`)
}
