import { parseBucket } from '@miniprogram-cos/protocol'
import { aclOfHeaders } from '../acl'
import { Fault } from '../fault'
import { bucketOf, type Handlers } from './operation'

/** Bucket names: the whole host is at most 60 characters (document 436/13312). */
const MAX_BUCKET_NAME = 60

export const bucket: Handlers = {
  async putBucket({ request, store, bucket: present, now, keys }) {
    const name = parseBucket(request.bucket)
    if (!name || request.bucket.length > MAX_BUCKET_NAME) throw new Fault('InvalidBucketName')
    if (name.appid !== keys.appid) throw new Fault('AccessDenied')
    if (!request.region) throw new Fault('InvalidRegionName')
    if (present) throw new Fault('BucketAlreadyOwnedByYou')
    const acl = aclOfHeaders(request.headers, 'bucket')
    await store.buckets.put({
      name: request.bucket,
      region: request.region,
      created: new Date(now).toISOString(),
      ...(acl ? { acl } : {}),
    })
    return { status: 200 }
  },

  async headBucket(context) {
    return { status: 200, headers: { 'x-cos-bucket-region': bucketOf(context).region } }
  },

  async deleteBucket(context) {
    const outcome = await context.store.buckets.delete(bucketOf(context).name)
    if (outcome === 'notEmpty') throw new Fault('BucketNotEmpty')
    return { status: 204 }
  },
}
