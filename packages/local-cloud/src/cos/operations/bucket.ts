import { parseBucket } from '@miniprogram-cos/protocol'
import { aclOfHeaders } from '../access/acl'
import { Fault } from '../answer/fault'
import { taggingXml, tagsOfHeader } from '../object/tags'
import { parseXmlBody, readTextBody } from '../request/body'
import { bucketOf, type Handlers, type OperationContext } from './operation'

/**
 * Characters of a bucket's name with its APPID. Document 436/13312 says it of the whole host, but COS makes
 * buckets with longer hosts: Tencent's own SDK tests do.
 */
const MAX_BUCKET_NAME = 60
/** Buckets of one account (document 436/14518). */
const MAX_BUCKETS = 200

export const bucket: Handlers = {
  async putBucket(context) {
    const { request, store, bucket: present, now, keys } = context
    const name = parseBucket(request.bucket)
    if (!name) throw new Fault('InvalidBucketName')
    if (!request.region) throw new Fault('InvalidRegionName')
    if (request.bucket.length > MAX_BUCKET_NAME) throw new Fault('BucketNameTooLong')
    if (name.appid !== keys.appid) throw new Fault('AccessDenied')
    if (present) throw new Fault('BucketAlreadyOwnedByYou')
    if (store.buckets.list().length >= MAX_BUCKETS) throw new Fault('TooManyBuckets')
    const acl = aclOfHeaders(request.headers, 'bucket')
    const tags = request.headers['x-cos-tagging']
    const isMultiZone = await readsMultiZone(context)
    await store.buckets.put({
      name: request.bucket,
      region: request.region,
      created: new Date(now).toISOString(),
      ...(acl ? { acl } : {}),
      ...(tags ? { documents: { tagging: taggingXml(tagsOfHeader(tags, 'bucket')) } } : {}),
      ...(isMultiZone ? { isMultiZone } : {}),
    })
    return { status: 200 }
  },

  async headBucket(context) {
    const { region, isMultiZone } = bucketOf(context)
    return {
      status: 200,
      headers: {
        'Content-Type': 'application/xml',
        'x-cos-bucket-region': region,
        ...(isMultiZone ? { 'x-cos-bucket-az-type': 'MAZ' } : {}),
      },
    }
  },

  async deleteBucket(context) {
    const outcome = await context.store.buckets.delete(bucketOf(context).name)
    if (outcome === 'notEmpty') throw new Fault('BucketNotEmpty')
    return { status: 204 }
  },
}

/** Whether the body, if there is one, asks for a bucket in several zones (document 436/7738). */
async function readsMultiZone({ request }: OperationContext): Promise<true | undefined> {
  const { 'content-length': length = '0', 'transfer-encoding': chunked } = request.headers
  if (length === '0' && chunked === undefined) return undefined
  const { BucketAZConfig } = parseXmlBody(await readTextBody(request), 'CreateBucketConfiguration')
  if (BucketAZConfig === undefined || BucketAZConfig === '') return undefined
  if (BucketAZConfig !== 'MAZ') throw new Fault('InvalidArgument', 'BucketAZConfig must be MAZ.')
  return true
}
