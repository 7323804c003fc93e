import { writeXml, type XmlElement } from '@miniprogram-cos/protocol'
import { aclDocument, readAclDocument, readAclHeaders } from '../acl'
import { isBodyEmpty, readXmlBody } from '../body'
import { CosServiceError, invalidArgument } from '../errors'
import { versionIdOf } from '../request'
import { withHeaders, xmlResponse, xmlTextResponse } from '../response'
import type { Acl, ObjectRecord, RestoreRecord, RestoreTier } from '../store/records'
import {
  element,
  elements,
  integer,
  malformed,
  requiredElement,
  requireOneOf,
} from '../xmlElements'
import { type Handlers, type OperationContext, requireBucket } from './operation'

/** Operations on ACLs, tags and restores. */
export const aclTaggingRestore: Handlers = {
  async putBucketAcl(context) {
    const { store } = context
    const newAcl = await readAcl(context, 'bucket')
    await store.buckets.update(requireBucket(context).name, (record) => ({
      ...record,
      acl: newAcl,
    }))
    return { status: 200 }
  },

  async getBucketAcl(context) {
    return xmlTextResponse(aclDocument(requireBucket(context).acl, context.keys.ownerUin))
  },

  async putObjectAcl(context) {
    const { request, store } = context
    const newAcl = await readAcl(context, 'object')
    const { key } = request
    await store.objects.update(requireBucket(context), key, versionIdOf(request), (record) => {
      if (!record) throw new CosServiceError('NoSuchKey')
      return { ...record, acl: newAcl }
    })
    return { status: 200 }
  },

  async getObjectAcl(context) {
    const object = await requireObject(context)
    const response = xmlTextResponse(aclDocument(object.acl, context.keys.ownerUin))
    const isDefault = !object.acl || object.acl.canned === 'default'
    return isDefault && !object.acl?.grants.length
      ? withHeaders(response, { 'x-cos-acl': 'default' })
      : response
  },

  async putObjectTagging(context) {
    const tags = readTagDocument(await readXmlBody(context.request, 'Tagging'), 'object')
    await setTags(context, tags)
    return { status: 200 }
  },

  async getObjectTagging(context) {
    const object = await requireObject(context)
    if (!object.tags?.length) throw new CosServiceError('NoSuchTagSet')
    return xmlResponse(taggingDocument(object.tags))
  },

  async deleteObjectTagging(context) {
    await setTags(context, [])
    return { status: 204 }
  },

  /** The restored copy can be read once the time of its tier has passed (document 436/12633). */
  async restoreObject(context) {
    const { request, store, now, restoreDelayMs } = context
    const body = await readXmlBody(request, 'RestoreRequest')
    const days = integer(body, 'Days', 1, MAX_DAYS)
    if (days === undefined) throw malformed()
    const job = requiredElement(body, 'CASJobParameters')
    const tier = requireOneOf(job, 'Tier', ['Expedited', 'Standard', 'Bulk'] as const)
    const versionId = versionIdOf(request)
    await store.objects.update(requireBucket(context), request.key, versionId, (object) => {
      if (!object)
        throw new CosServiceError(versionId === undefined ? 'NoSuchKey' : 'NoSuchVersion')
      return { ...object, restore: beginRestore(object, { tier, days }, now, restoreDelayMs) }
    })
    return { status: 202 }
  },
}

/** Reads the ACL from the headers or the body. @throws CosServiceError if both contain one, or neither */
async function readAcl(context: OperationContext, target: 'bucket' | 'object'): Promise<Acl> {
  const byHeaders = readAclHeaders(context.request.headers, target)
  if (isBodyEmpty(context.request)) {
    if (byHeaders) return byHeaders
    throw new CosServiceError('MissingRequestBodyError')
  }
  if (byHeaders)
    throw new CosServiceError(
      'InvalidRequest',
      'The ACL is given by headers and by body; only one is allowed.',
    )
  return readAclDocument(await readXmlBody(context.request, 'AccessControlPolicy'), target)
}

/** The object in a request, or the version. @throws CosServiceError `NoSuchKey` */
async function requireObject(context: OperationContext): Promise<ObjectRecord> {
  const { request, store } = context
  const { name } = requireBucket(context)
  const object = await store.objects.find(name, request.key, versionIdOf(request))
  if (!object || object.isDeleteMarker) throw new CosServiceError('NoSuchKey')
  return object
}

async function setTags(context: OperationContext, tags: Tags): Promise<void> {
  const { request, store } = context
  const { key } = request
  await store.objects.update(requireBucket(context), key, versionIdOf(request), (record) => {
    if (!record) throw new CosServiceError('NoSuchKey')
    const { tags: _, ...rest } = record
    return tags.length > 0 ? { ...rest, tags } : rest
  })
}

const MAX_DAYS = 365

type Tags = [key: string, value: string][]

/** Limits of tags, in characters (document 436/42995). */
const MAX_KEY_LENGTH = 127
const MAX_VALUE_LENGTH = 255
/** Letters and digits of any script, space, and some punctuation. */
const ALLOWED = /^[\p{L}\p{M}\p{N} +\-=._:/@]*$/u
const RESERVED = /^(qcs:|project)/i
const LIMITS = { object: 10, bucket: 50 }

/** Parses the header `x-cos-tagging`: `k=v&k2=v2`, percent-encoded. @throws CosServiceError `InvalidTag` */
export function parseTagHeader(text: string, target: 'bucket' | 'object' = 'object'): Tags {
  if (/%(?![0-9a-f]{2})/i.test(text)) throw new CosServiceError('InvalidTag')
  return checkTags([...new URLSearchParams(text)], LIMITS[target])
}

/** Reads the tags of a `Tagging` document. @throws CosServiceError `MalformedXML`, `InvalidTag` */
export function readTagDocument(document: XmlElement, target: 'bucket' | 'object'): Tags {
  if (document.TagSet === undefined) throw malformed('TagSet is missing')
  const set = element(document, 'TagSet') ?? {}
  const tags = elements(set, 'Tag').map(({ Key, Value }): [string, string] => {
    if (typeof Key !== 'string' || typeof Value !== 'string') throw malformed('a tag is not text')
    return [Key, Value]
  })
  return checkTags(tags, LIMITS[target])
}

function checkTags(tags: Tags, limit: number): Tags {
  const isValid =
    tags.length <= limit &&
    new Set(tags.map(([key]) => key)).size === tags.length &&
    tags.every(
      ([key, value]) =>
        key !== '' &&
        !RESERVED.test(key) &&
        ALLOWED.test(key + value) &&
        [...key].length <= MAX_KEY_LENGTH &&
        [...value].length <= MAX_VALUE_LENGTH,
    )
  if (!isValid) throw new CosServiceError('InvalidTag')
  return tags
}

/** The XML of tags. */
export function taggingXml(tags: Tags): string {
  return writeXml(taggingDocument(tags))
}

function taggingDocument(tags: Tags): object {
  return { Tagging: { TagSet: { Tag: tags.map(([Key, Value]) => ({ Key, Value })) } } }
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** The shortest time that each tier takes, by storage class (document 436/12633). */
const RESTORE_TIMES: Record<string, Partial<Record<RestoreTier, number>>> = {
  ARCHIVE: { Expedited: MINUTE_MS, Standard: 3 * HOUR_MS, Bulk: 5 * HOUR_MS },
  DEEP_ARCHIVE: { Standard: 12 * HOUR_MS, Bulk: 24 * HOUR_MS },
}

type RestoreState = 'ongoing' | 'restored' | 'none'

function restoreState({ restore }: ObjectRecord, now: number): RestoreState {
  if (!restore || now >= restore.expiry) return 'none'
  return now < restore.ready ? 'ongoing' : 'restored'
}

/**
 * Starts a restore. Restoring a restored object extends its expiry.
 * @param delayMs replaces the documented time
 * @throws CosServiceError `RestoreNonArchiveObject`, `RestoreAlreadyInProgress`, `InvalidArgument` for a tier that
 *   the storage class does not have
 */
function beginRestore(
  object: ObjectRecord,
  { tier, days }: { tier: RestoreTier; days: number },
  now: number,
  delayMs: number | undefined,
): RestoreRecord {
  const times = RESTORE_TIMES[object.storageClass]
  if (!times) throw new CosServiceError('RestoreNonArchiveObject')
  const time = times[tier]
  if (time === undefined) {
    throw invalidArgument(`${object.storageClass} has no tier ${tier}.`)
  }
  const state = restoreState(object, now)
  if (state === 'ongoing') throw new CosServiceError('RestoreAlreadyInProgress')
  const ready = state === 'restored' ? now : now + (delayMs ?? time)
  return { tier, requested: now, ready, expiry: nextMidnightInBeijing(ready + days * DAY_MS) }
}

/** Restored copies expire at 16:00 GMT (HEAD Object, sample 10). */
function nextMidnightInBeijing(time: number): number {
  const offset = 8 * HOUR_MS
  return Math.ceil((time + offset) / DAY_MS) * DAY_MS - offset
}

/** The response headers of an archived object during and after a restore (document 436/7745). */
export function restoreHeaders(object: ObjectRecord, now: number): Record<string, string> {
  const { restore } = object
  const state = restoreState(object, now)
  if (!restore || state === 'none') return {}
  const date = (time: number) => new Date(time).toUTCString()
  if (state === 'restored') {
    return { 'x-cos-restore': `ongoing-request="false", expiry-date="${date(restore.expiry)}"` }
  }
  return {
    'x-cos-restore': 'ongoing-request="true"',
    'x-cos-restore-status': `tier="${restore.tier.toLowerCase()}"; request-date="${date(restore.requested)}"`,
  }
}

/**
 * Refuses to read an archived object without a restored copy (document 436/7753, sample 11).
 * @throws CosServiceError `InvalidObjectState`
 */
export function refuseArchived(object: ObjectRecord, now: number): void {
  if (!(object.storageClass in RESTORE_TIMES) || restoreState(object, now) === 'restored') return
  const headers = { 'x-cos-storage-class': object.storageClass }
  throw new CosServiceError('InvalidObjectState', undefined, {}, headers)
}
