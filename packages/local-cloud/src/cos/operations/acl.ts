import { aclDocument, aclOfDocument, aclOfHeaders } from '../access/acl'
import { xmlTextAnswer } from '../answer/answer'
import { Fault } from '../answer/fault'
import { readXmlBody } from '../request/body'
import { versionIdOf } from '../request/request'
import type { Acl } from '../store/records'
import { bucketOf, type Handlers, type OperationContext } from './operation'

export const acl: Handlers = {
  async putBucketAcl(context) {
    const { store } = context
    const wanted = await readAcl(context, 'bucket')
    await store.buckets.update(bucketOf(context).name, (record) => ({ ...record, acl: wanted }))
    return { status: 200 }
  },

  async getBucketAcl(context) {
    return xmlTextAnswer(aclDocument(bucketOf(context).acl, context.keys.ownerUin))
  },

  async putObjectAcl(context) {
    const { request, store } = context
    const wanted = await readAcl(context, 'object')
    const { key } = request
    await store.objects.update(bucketOf(context), key, versionIdOf(request), (record) => {
      if (!record) throw new Fault('NoSuchKey')
      return { ...record, acl: wanted }
    })
    return { status: 200 }
  },

  async getObjectAcl(context) {
    const { request, store, keys } = context
    const object = await store.objects.find(
      bucketOf(context).name,
      request.key,
      versionIdOf(request),
    )
    if (!object || object.isDeleteMarker) throw new Fault('NoSuchKey')
    const answer = xmlTextAnswer(aclDocument(object.acl, keys.ownerUin))
    const isDefault = !object.acl || object.acl.canned === 'default'
    return isDefault && !object.acl?.grants.length
      ? { ...answer, headers: { ...answer.headers, 'x-cos-acl': 'default' } }
      : answer
  },
}

/** By headers or by document, not by both. */
async function readAcl(context: OperationContext, target: 'bucket' | 'object'): Promise<Acl> {
  const byHeaders = aclOfHeaders(context.request.headers, target)
  const { 'content-length': length = '0', 'transfer-encoding': chunked } = context.request.headers
  if (length === '0' && chunked === undefined) {
    if (byHeaders) return byHeaders
    throw new Fault('MissingRequestBodyError')
  }
  if (byHeaders)
    throw new Fault('InvalidRequest', 'Give the ACL by headers or by body, not by both.')
  return aclOfDocument(await readXmlBody(context.request, 'AccessControlPolicy'), target)
}
