import { cosOf } from '../../../bucket/cosOf'
import { deployKey } from '../../../cloud/settings'
import { type Assumption, NotProbed } from '../assumption'
import { type LiveCloud, told } from '../liveCloud'

/** COS takes no smaller part but the last. */
const PART = Buffer.alloc(1024 * 1024, 'p')

/** Begins an upload and sends parts of these numbers. */
async function begin(live: LiveCloud, name: string, numbers: number[]) {
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

/** Uploads in parts, and documents. */
export const MULTIPART: Assumption[] = [
  {
    id: 'part-numbers-with-gaps',
    assumed:
      'Part numbers of a completion must follow each other (`InvalidPart`), by its page; the list of codes gives that text to `InvalidPartOrder`.',
    async probe(live) {
      const { complete } = await begin(live, 'gap', [1, 3])
      return [{ what: 'parts 1 and 3', expected: '400 InvalidPart', seen: told(await complete()) }]
    },
  },
  {
    id: 'completed-twice',
    assumed: 'Completing an upload a second time is `NoSuchUpload`.',
    async probe(live) {
      const { complete } = await begin(live, 'twice', [1])
      return [
        { what: 'once', expected: '200', seen: told(await complete()) },
        { what: 'twice', expected: '404 NoSuchUpload', seen: told(await complete()) },
      ]
    },
  },
  {
    id: 'codes-of-bad-values',
    assumed:
      'Codes where the documents name a condition but no code: an invalid element of a configuration document is `MalformedXML`, a bad value in a header `InvalidArgument`.',
    mayChange: 'the lifecycle rules of the bucket, if COS takes a rule that it should refuse',
    async probe(live) {
      const headers = { 'x-cos-forbid-overwrite': 'perhaps' }
      const header = await live.send({ method: 'PUT', name: 'header', body: 'x', headers })
      return [
        { what: 'a bad value in a header', expected: '400 InvalidArgument', seen: told(header) },
        {
          what: 'a lifecycle rule whose status is "Sometimes"',
          expected: '400 MalformedXML',
          seen: await putOddLifecycle(live),
        },
      ]
    },
  },
]

/** Puts back what was there, if COS should take it. */
async function putOddLifecycle({ patient, place }: LiveCloud): Promise<string> {
  const cos = cosOf(deployKey(patient.settings))
  const before = await cos.getBucketLifecycle(place).catch((error: { code?: string }) => {
    if (error.code === 'NoSuchLifecycleConfiguration') return undefined
    throw new NotProbed(`the deployer may not read the lifecycle rules: ${error.code}`)
  })
  const odd = { ID: 'doctor-live', Status: 'Sometimes', Filter: { Prefix: 'doctor-live/' } }
  const Rules = [{ ...odd, AbortIncompleteMultipartUpload: { DaysAfterInitiation: '30' } }]
  try {
    await cos.putBucketLifecycle({ ...place, Rules: [...(before?.Rules ?? []), ...Rules] as never })
  } catch (error) {
    const { statusCode, code } = error as { statusCode?: number; code?: string }
    return [statusCode, code].filter(Boolean).join(' ')
  }
  if (before) await cos.putBucketLifecycle({ ...place, Rules: before.Rules })
  else await cos.deleteBucketLifecycle(place)
  return '200'
}
