import { asList, readXml, type XmlElement } from '@miniprogram-cos/protocol'
import { xmlAnswer } from '../answer/answer'
import { Fault } from '../answer/fault'
import type { BucketRecord } from '../store/records'
import type { Handlers } from './operation'

/** A page of buckets (document 436/8291). */
const MAX_BUCKETS = 2000

export const service: Handlers = {
  async getService({ request, store, keys }) {
    const { query } = request
    const limit = readLimit(query['max-keys'])
    const region = query.region || request.region
    const { marker = '' } = query
    const found = store.buckets
      .list()
      .filter((bucket) => region === undefined || region === bucket.region)
      .filter((bucket) => hasTag(bucket, query.tagkey, query.tagvalue))
      .filter(({ created }) => isInTime(created, query.range, query['create-time']))
      .filter(({ name }) => name > marker)
    const page = found.slice(0, limit)
    const isTruncated = found.length > page.length
    return xmlAnswer({
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
}

function readLimit(text: string | undefined): number {
  if (text === undefined || text === '') return MAX_BUCKETS
  const limit = /^\d+$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > MAX_BUCKETS) {
    throw new Fault('InvalidArgument', `max-keys must be 1 to ${MAX_BUCKETS}.`)
  }
  return limit
}

function hasTag({ documents }: BucketRecord, key = '', value = ''): boolean {
  if (key === '') return true
  const { Tagging } = readXml(documents?.tagging ?? '<Tagging/>')
  const set = Tagging as XmlElement | ''
  const tags = set === '' ? [] : asList<XmlElement>((set?.TagSet as XmlElement | undefined)?.Tag)
  return tags.some((tag) => tag.Key === key && (value === '' || tag.Value === value))
}

/** `range` says on which side of `create-time`, in Unix seconds, a bucket was made. */
function isInTime(created: string, range: string | undefined, text: string | undefined): boolean {
  if (!range) return true
  const time = Number(text)
  const seconds = Math.floor(Date.parse(created) / 1000)
  if (!text || !Number.isInteger(time))
    throw new Fault('InvalidArgument', 'create-time is missing.')
  if (range === 'lt') return seconds < time
  if (range === 'lte') return seconds <= time
  if (range === 'gt') return seconds > time
  if (range === 'gte') return seconds >= time
  throw new Fault('InvalidArgument', 'range must be lt, lte, gt or gte.')
}
