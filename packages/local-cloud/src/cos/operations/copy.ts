import { type CopySource, parseCopySource } from '@miniprogram-cos/protocol'
import { type Answer, bytesOf, xmlAnswer } from '../answer'
import { authorize } from '../authorize'
import { checkConditions } from '../conditions'
import { Fault } from '../fault'
import { objectHeadersOf, refuseNotImitated } from '../objectHeaders'
import type { ObjectRecord } from '../store/records'
import { readRange } from './getObject'
import { readPartNumber, requireUpload, storePart } from './multipart'
import { bucketOf, type Handlers, type OperationContext } from './operation'
import { MAX_SIMPLE_BYTES, versionHeader } from './putObject'

export const copy: Handlers = {
  async putObjectCopy(context) {
    refuseNotImitated(context.request.headers)
    return withSource(context, (source, object) => copyObject(context, source, object))
  },

  async uploadPartCopy(context) {
    const upload = requireUpload(context)
    const number = readPartNumber(context.request.query)
    return withSource(context, async (_, object) => {
      const { request, store } = context
      const header = request.headers['x-cos-copy-source-range']
      const range = readRange(header, object.size)
      if (header !== undefined && !range) {
        throw new Fault('InvalidArgument', 'Invalid copy source range.')
      }
      const [start, end] = range ?? [0, object.size - 1]
      const blob = await store.engine.writeBlob(
        bytesOf(store.engine.read(object.blobs, start, end)),
      )
      const part = await storePart(context, upload, number, blob)
      return xmlAnswer({
        CopyPartResult: {
          ETag: `"${part.etag}"`,
          LastModified: part.lastModified,
          CRC64: part.crc64,
        },
      })
    })
  },
}

async function copyObject(
  context: OperationContext,
  source: CopySource,
  object: ObjectRecord,
): Promise<Answer> {
  const { request, store, now } = context
  if (object.size > MAX_SIMPLE_BYTES) throw new Fault('EntityTooLarge')
  const directive = (request.headers['x-cos-metadata-directive'] || 'Copy').toLowerCase()
  if (directive !== 'copy' && directive !== 'replaced') {
    throw new Fault('InvalidArgument', 'Unknown metadata directive.')
  }
  const bucket = bucketOf(context)
  const isSelf = source.Bucket === bucket.name && source.Key === request.key
  if (isSelf && directive === 'copy') {
    throw new Fault(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata.",
    )
  }
  const described =
    directive === 'replaced'
      ? objectHeadersOf(request.headers, request.key)
      : {
          headers: object.headers,
          storageClass: objectHeadersOf(request.headers, request.key).storageClass,
        }
  const lastModified = new Date(now).toISOString()
  const blobs = await store.engine.linkBlobs(object.blobs)
  const { size, etag, crc64 } = object
  const record = { key: request.key, size, etag, crc64, lastModified, ...described, blobs }
  const stored = await store.objects.put(bucket, record)
  const answer = xmlAnswer({
    CopyObjectResult: {
      ETag: `"${etag}"`,
      LastModified: lastModified,
      CRC64: crc64,
      VersionId: bucket.versioning === 'Enabled' ? stored.versionId : undefined,
    },
  })
  return { ...answer, headers: { ...answer.headers, ...versionHeader(bucket, stored) } }
}

/** Runs a copy on its source, once its permission and the conditions on it have been checked. */
async function withSource(
  context: OperationContext,
  run: (source: CopySource, object: ObjectRecord) => Promise<Answer>,
): Promise<Answer> {
  const { request, store } = context
  const { headers } = request
  let source: CopySource
  try {
    source = parseCopySource(headers['x-cos-copy-source'] ?? '')
  } catch {
    throw new Fault('InvalidCopySource')
  }
  const bucket = await store.buckets.get(source.Bucket)
  if (!bucket || (source.Region && source.Region !== bucket.region)) throw new Fault('NoSuchBucket')
  await authorize(context, [
    { action: 'GetObject', bucket: bucket.name, region: bucket.region, path: source.Key },
  ])
  const pinned = await store.objects.pin(bucket.name, source.Key, source.VersionId)
  if (!pinned || pinned.object.isDeleteMarker) {
    pinned?.release()
    throw new Fault(source.VersionId ? 'NoSuchVersion' : 'NoSuchKey')
  }
  try {
    const outcome = checkConditions(pinned.object, {
      ifMatch: headers['x-cos-copy-source-if-match'],
      ifNoneMatch: headers['x-cos-copy-source-if-none-match'],
      ifModifiedSince: headers['x-cos-copy-source-if-modified-since'],
      ifUnmodifiedSince: headers['x-cos-copy-source-if-unmodified-since'],
    })
    if (outcome === 'notModified') throw new Fault('PreconditionFailed')
    return await run(source, pinned.object)
  } finally {
    pinned.release()
  }
}
