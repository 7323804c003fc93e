import { parseBucket } from '@miniprogram-cos/protocol'
import { readAclHeaders } from '../acl'
import { isBodyEmpty, readXmlBody } from '../body'
import { CosServiceError, invalidArgument } from '../errors'
import { xmlResponse } from '../response'
import type { BucketRecord } from '../store/records'
import { parseRoot } from '../xmlElements'
import { parseTagHeader, readTagDocument, taggingXml } from './aclTaggingRestore'
import { type Handlers, type OperationContext, requireBucket } from './operation'

/** Maximum number of buckets per page (document 436/8291). */
const MAX_PAGE = 2000

/** Operations that list, create, check and delete buckets. */
export const bucket: Handlers = {
  async getService({ request, store, keys }) {
    const { query } = request
    const limit = readLimit(query['max-keys'])
    const region = query.region || request.region
    const { marker = '' } = query
    const matching = store.buckets
      .list()
      .filter((bucket) => region === undefined || region === bucket.region)
      .filter((bucket) => hasTag(bucket, query.tagkey, query.tagvalue))
      .filter(({ created }) => isCreatedInRange(created, query.range, query['create-time']))
      .filter(({ name }) => name > marker)
    const page = matching.slice(0, limit)
    const isTruncated = matching.length > page.length
    return xmlResponse({
      ListAllMyBucketsResult: {
        Owner: {
          ID: `qcs::cam::uin/${keys.ownerUin}:uin/${keys.ownerUin}`,
          DisplayName: keys.ownerUin,
        },
        Buckets: {
          Bucket: page.map((bucket) => ({
            Name: bucket.name,
            Location: bucket.region,
            CreationDate: bucket.created.replace(/\.\d+Z$/, 'Z'),
            BucketType: 'cos',
          })),
        },
        Marker: marker,
        IsTruncated: isTruncated,
        NextMarker: isTruncated ? page[page.length - 1]?.name : undefined,
      },
    })
  },

  async putBucket(context) {
    const { request, store, bucket: present, now, keys } = context
    const name = parseBucket(request.bucket)
    if (!name) throw new CosServiceError('InvalidBucketName')
    if (!request.region) throw new CosServiceError('InvalidRegionName')
    if (request.bucket.length > MAX_BUCKET_NAME) throw new CosServiceError('BucketNameTooLong')
    if (name.appid !== keys.appid) throw new CosServiceError('AccessDenied')
    if (present) throw new CosServiceError('BucketAlreadyOwnedByYou')
    if (store.buckets.list().length >= MAX_BUCKETS) throw new CosServiceError('TooManyBuckets')
    const acl = readAclHeaders(request.headers, 'bucket')
    const tags = request.headers['x-cos-tagging']
    const isMultiZone = await isMultiZoneRequested(context)
    await store.buckets.put({
      name: request.bucket,
      region: request.region,
      created: new Date(now).toISOString(),
      ...(acl ? { acl } : {}),
      ...(tags ? { documents: { tagging: taggingXml(parseTagHeader(tags, 'bucket')) } } : {}),
      ...(isMultiZone ? { isMultiZone } : {}),
    })
    return { status: 200 }
  },

  async headBucket(context) {
    const { region, isMultiZone } = requireBucket(context)
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
    const outcome = await context.store.buckets.delete(requireBucket(context).name)
    if (outcome === 'notEmpty') throw new CosServiceError('BucketNotEmpty')
    return { status: 204 }
  },
}

function readLimit(text: string | undefined): number {
  if (text === undefined || text === '') return MAX_PAGE
  const limit = /^\d+$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > MAX_PAGE) {
    throw invalidArgument(`max-keys must be 1 to ${MAX_PAGE}.`)
  }
  return limit
}

function hasTag({ documents }: BucketRecord, key = '', value = ''): boolean {
  if (key === '') return true
  if (!documents?.tagging) return false
  const tags = readTagDocument(parseRoot(documents.tagging, 'Tagging'), 'bucket')
  return tags.some(([tagKey, tagValue]) => tagKey === key && (value === '' || value === tagValue))
}

/** @param range how the creation time compares with `create-time`, in Unix seconds */
function isCreatedInRange(
  created: string,
  range: string | undefined,
  text: string | undefined,
): boolean {
  if (!range) return true
  const time = Number(text)
  const seconds = Math.floor(Date.parse(created) / 1000)
  if (!text || !Number.isInteger(time)) throw invalidArgument('create-time is missing.')
  if (range === 'lt') return seconds < time
  if (range === 'lte') return seconds <= time
  if (range === 'gt') return seconds > time
  if (range === 'gte') return seconds >= time
  throw invalidArgument('range must be lt, lte, gt or gte.')
}

/**
 * Maximum length of a bucket's name with its APPID. Document 436/13312 limits the whole host, but Tencent's SDK
 * tests create buckets with longer hosts.
 */
const MAX_BUCKET_NAME = 60
/** Maximum number of buckets of an account (document 436/14518). */
const MAX_BUCKETS = 200

/** Whether the optional body requests several availability zones (document 436/7738). */
async function isMultiZoneRequested({ request }: OperationContext): Promise<true | undefined> {
  if (isBodyEmpty(request)) return undefined
  const { BucketAZConfig } = await readXmlBody(request, 'CreateBucketConfiguration')
  if (BucketAZConfig === undefined || BucketAZConfig === '') return undefined
  if (BucketAZConfig !== 'MAZ') throw invalidArgument('BucketAZConfig must be MAZ.')
  return true
}
