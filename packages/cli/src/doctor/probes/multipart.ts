import type COS from 'cos-nodejs-sdk-v5'
import { cosClient } from '../../cloud/bucketRules'
import { deployKey } from '../../cloud/settings'
import type { Probe } from '../live/liveCloud'
import { describeAnswer, type LiveCloud, SkippedProbe } from '../live/liveCloud'

/** The smallest part that COS accepts, except for the last. */
const PART = Buffer.alloc(1024 * 1024, 'p')

/** Initiates an upload and sends parts with these numbers. */
async function initiate(live: LiveCloud, name: string, numbers: number[]) {
  const begun = await live.send({ method: 'POST', name, query: { uploads: '' } })
  const [, uploadId = ''] = /<UploadId>([^<]+)/.exec(begun.body) ?? []
  const parts: string[] = []
  for (const [i, number] of numbers.entries()) {
    const query = { partNumber: String(number), uploadId }
    const body = i < numbers.length - 1 ? PART : 'the last'
    const { headers } = await live.send({ method: 'PUT', name, query, body })
    parts.push(`<Part><PartNumber>${number}</PartNumber><ETag>${headers.etag}</ETag></Part>`)
  }
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
  return { complete: () => live.send({ method: 'POST', name, query: { uploadId }, body }) }
}

/** Multipart uploads, and configuration documents. */
export const multipartProbes: Probe[] = [
  {
    id: 'part-numbers-with-gaps',
    assumed: {
      en: 'Part numbers of a completion must follow each other (`InvalidPart`), by its page; the list of codes gives that text to `InvalidPartOrder`.',
      zh: '完成分块上传时分块号必须连续：接口文档写 `InvalidPart`，错误码列表把该描述归于 `InvalidPartOrder`。',
    },
    async run(live) {
      const { complete } = await initiate(live, 'gap', [1, 3])
      return [
        {
          what: 'parts 1 and 3',
          expected: '400 InvalidPart',
          seen: describeAnswer(await complete()),
        },
      ]
    },
  },
  {
    id: 'completed-twice',
    assumed: {
      en: 'Completing an upload a second time is `NoSuchUpload`.',
      zh: '第二次完成同一个分块上传返回 `NoSuchUpload`。',
    },
    async run(live) {
      const { complete } = await initiate(live, 'twice', [1])
      return [
        { what: 'once', expected: '200', seen: describeAnswer(await complete()) },
        { what: 'twice', expected: '404 NoSuchUpload', seen: describeAnswer(await complete()) },
      ]
    },
  },
  {
    id: 'codes-of-bad-values',
    assumed: {
      en: 'Codes where the documents name a condition but no code: an invalid element of a configuration document is `MalformedXML`, a bad value in a header `InvalidArgument`.',
      zh: '文档只写条件、未写错误码时：配置文档中的无效元素为 `MalformedXML`，头部的无效值为 `InvalidArgument`。',
    },
    mayChange: {
      en: 'the lifecycle rules of the bucket, if COS accepts a rule that it should refuse',
      zh: '存储桶的生命周期规则（如果 COS 接受了本应拒绝的规则）',
    },
    async run(live) {
      const headers = { 'x-cos-forbid-overwrite': 'perhaps' }
      const header = await live.send({ method: 'PUT', name: 'header', body: 'x', headers })
      return [
        {
          what: 'a bad value in a header',
          expected: '400 InvalidArgument',
          seen: describeAnswer(header),
        },
        {
          what: 'a lifecycle rule whose status is "Sometimes"',
          expected: '400 MalformedXML',
          seen: await putInvalidLifecycle(live),
        },
      ]
    },
  },
]

/** Restores the rules if COS accepts it. */
async function putInvalidLifecycle({ context, place }: LiveCloud): Promise<string> {
  const cos = cosClient(deployKey(context.settings))
  const before = await cos.getBucketLifecycle(place).catch((error: { code?: string }) => {
    if (error.code === 'NoSuchLifecycleConfiguration') return undefined
    throw new SkippedProbe(`the deployer may not read the lifecycle rules: ${error.code}`)
  })
  const status: string = 'Sometimes'
  const invalid = {
    ID: 'doctor-live',
    // An invalid status, which the probe tests.
    Status: status as COS.LifecycleRule['Status'],
    Filter: { Prefix: 'doctor-live/' },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: '30' },
  }
  try {
    await cos.putBucketLifecycle({ ...place, Rules: [...(before?.Rules ?? []), invalid] })
  } catch (error) {
    const { statusCode, code } = error as { statusCode?: number; code?: string }
    return [statusCode, code].filter(Boolean).join(' ')
  }
  if (before) await cos.putBucketLifecycle({ ...place, Rules: before.Rules })
  else await cos.deleteBucketLifecycle(place)
  return '200'
}
