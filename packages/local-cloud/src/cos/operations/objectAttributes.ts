import { aclDocument, aclOfDocument, aclOfHeaders } from '../acl'
import { isBodyEmpty, readXmlBody } from '../body'
import { CosServiceError } from '../errors'
import { beginRestore } from '../object/restore'
import { type Tags, taggingDocument, tagsOfDocument } from '../object/tags'
import { versionIdOf } from '../request'
import { withHeaders, xmlResponse, xmlTextResponse } from '../response'
import type { Acl, ObjectRecord } from '../store/records'
import { integer, oneOf, requiredElement } from '../xmlElements'
import { bucketOf, type Handlers, type OperationContext } from './operation'

export const acl: Handlers = {
  async putBucketAcl(context) {
    const { store } = context
    const newAcl = await readAcl(context, 'bucket')
    await store.buckets.update(bucketOf(context).name, (record) => ({ ...record, acl: newAcl }))
    return { status: 200 }
  },

  async getBucketAcl(context) {
    return xmlTextResponse(aclDocument(bucketOf(context).acl, context.keys.ownerUin))
  },

  async putObjectAcl(context) {
    const { request, store } = context
    const newAcl = await readAcl(context, 'object')
    const { key } = request
    await store.objects.update(bucketOf(context), key, versionIdOf(request), (record) => {
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
}

/** Reads the ACL from the headers or the body. @throws CosServiceError if both contain one, or neither */
async function readAcl(context: OperationContext, target: 'bucket' | 'object'): Promise<Acl> {
  const byHeaders = aclOfHeaders(context.request.headers, target)
  if (isBodyEmpty(context.request)) {
    if (byHeaders) return byHeaders
    throw new CosServiceError('MissingRequestBodyError')
  }
  if (byHeaders)
    throw new CosServiceError(
      'InvalidRequest',
      'The ACL is given by headers and by body; only one is allowed.',
    )
  return aclOfDocument(await readXmlBody(context.request, 'AccessControlPolicy'), target)
}

/** The object in a request, or the version. @throws CosServiceError `NoSuchKey` */
async function requireObject(context: OperationContext): Promise<ObjectRecord> {
  const { request, store } = context
  const { name } = bucketOf(context)
  const object = await store.objects.find(name, request.key, versionIdOf(request))
  if (!object || object.isDeleteMarker) throw new CosServiceError('NoSuchKey')
  return object
}

export const tagging: Handlers = {
  async putObjectTagging(context) {
    const tags = tagsOfDocument(await readXmlBody(context.request, 'Tagging'), 'object')
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
}

async function setTags(context: OperationContext, tags: Tags): Promise<void> {
  const { request, store } = context
  const { key } = request
  await store.objects.update(bucketOf(context), key, versionIdOf(request), (record) => {
    if (!record) throw new CosServiceError('NoSuchKey')
    const { tags: _, ...rest } = record
    return tags.length > 0 ? { ...rest, tags } : rest
  })
}

const MAX_DAYS = 365

export const restoreObject: Handlers = {
  /** The restored copy can be read once the time of its tier has passed (document 436/12633). */
  async restoreObject(context) {
    const { request, store, now, restoreDelayMs } = context
    const body = await readXmlBody(request, 'RestoreRequest')
    const days = integer(body, 'Days', 1, MAX_DAYS)
    if (days === undefined) throw new CosServiceError('MalformedXML')
    const job = requiredElement(body, 'CASJobParameters')
    const tier = oneOf(job, 'Tier', ['Expedited', 'Standard', 'Bulk'] as const)
    const versionId = versionIdOf(request)
    await store.objects.update(bucketOf(context), request.key, versionId, (object) => {
      if (!object)
        throw new CosServiceError(versionId === undefined ? 'NoSuchKey' : 'NoSuchVersion')
      return { ...object, restore: beginRestore(object, { tier, days }, now, restoreDelayMs) }
    })
    return { status: 202 }
  },
}
