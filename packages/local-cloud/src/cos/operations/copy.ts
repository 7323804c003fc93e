import { type CopySource, parseCopySource } from '@miniprogram-cos/protocol'
import { authorize } from '../access/authorize'
import { type Answer, bytesOf, xmlAnswer } from '../answer/answer'
import { Fault } from '../answer/fault'
import { checkConditions } from '../object/conditions'
import { encryptionHeader } from '../object/encryption'
import { type Description, objectHeadersOf, refuseNotImitated } from '../object/objectHeaders'
import { overwriteGuard } from '../object/overwriteGuard'
import { refuseArchived } from '../object/restore'
import { withoutLeadingSlashes } from '../request/key'
import type { CosRequest } from '../request/request'
import type { ObjectRecord } from '../store/records'
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
      const [start, end] = readCopyRange(request.headers['x-cos-copy-source-range'], object.size)
      const blob = await store.engine.writeBlob(
        bytesOf(store.engine.read(object.blobs, start, end)),
      )
      const part = await storePart(context, upload, number, blob)
      return xmlAnswer({
        CopyPartResult: {
          ETag: `"${part.etag}"`,
          CRC64: part.crc64,
          LastModified: withoutMilliseconds(part.lastModified),
        },
      })
    })
  },
}

/** `bytes=first-last`, both given and within the source (document 436/8287). @throws Fault */
function readCopyRange(header: string | undefined, size: number): [start: number, end: number] {
  // The Python SDK sends the header empty when no range is given.
  if (!header) return [0, size - 1]
  const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? []
  if (first === '' || Number(first) > Number(last)) {
    throw new Fault('InvalidArgument', 'Invalid copy source range.')
  }
  if (Number(last) >= size) throw new Fault('InvalidRange')
  return [Number(first), Number(last)]
}

async function copyObject(
  context: OperationContext,
  source: CopySource,
  object: ObjectRecord,
): Promise<Answer> {
  const { request, store, now } = context
  if (object.size > MAX_SIMPLE_BYTES) throw new Fault('EntityTooLarge')
  const directive = readDirective(request, 'x-cos-metadata-directive')
  const tagsDirective = readDirective(request, 'x-cos-tagging-directive')
  const bucket = bucketOf(context)
  const isSelf = source.Bucket === bucket.name && source.Key === request.key && !source.VersionId
  if (isSelf && directive === 'copy' && tagsDirective === 'copy') {
    throw new Fault(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata.",
    )
  }
  const described = describeCopy(context, object, directive, tagsDirective)
  const lastModified = new Date(now).toISOString()
  const guard = overwriteGuard(request)
  const blobs = await store.engine.linkBlobs(object.blobs)
  const { size, etag, crc64 } = object
  const record = { key: request.key, size, etag, crc64, lastModified, ...described, blobs }
  const stored = await store.objects.put(bucket, record, guard)
  const answer = xmlAnswer({
    CopyObjectResult: {
      ETag: `"${etag}"`,
      CRC64: crc64,
      LastModified: withoutMilliseconds(lastModified),
      VersionId: versionHeader(stored)['x-cos-version-id'],
    },
  })
  const headers = { ...answer.headers, ...versionHeader(stored), ...encryptionHeader(stored) }
  return { ...answer, headers }
}

function withoutMilliseconds(date: string): string {
  return date.replace(/\.\d+Z$/, 'Z')
}

type Directive = 'copy' | 'replaced'

function readDirective({ headers }: CosRequest, name: string): Directive {
  const directive = (headers[name] || 'Copy').toLowerCase()
  if (directive === 'copy' || directive === 'replaced') return directive
  throw new Fault('InvalidArgument', `Unknown directive in ${name}.`)
}

/**
 * What the copy keeps of its source: headers and tags as their directives say; class and ACL are those of
 * the request (document 436/10881).
 */
function describeCopy(
  context: OperationContext,
  source: ObjectRecord,
  directive: Directive,
  tagsDirective: Directive,
): Description {
  const { request } = context
  const described = objectHeadersOf(request.headers, request.key, bucketOf(context))
  const { tags: given, headers, ...own } = described
  const tags = tagsDirective === 'replaced' ? given : source.tags
  return {
    ...own,
    headers: directive === 'replaced' ? headers : source.headers,
    ...(tags ? { tags } : {}),
  }
}

/** Runs a copy on its source, once its permission and the conditions on it have been checked. */
async function withSource(
  context: OperationContext,
  run: (source: CopySource, object: ObjectRecord) => Promise<Answer>,
): Promise<Answer> {
  const { request, store } = context
  const { headers } = request
  let source: CopySource
  const given = headers['x-cos-copy-source'] ?? ''
  try {
    decodeURIComponent(given)
    source = parseCopySource(given)
    source.Key = withoutLeadingSlashes(source.Key)
  } catch {
    throw new Fault('InvalidCopySource')
  }
  const bucket = await store.buckets.get(source.Bucket)
  if (!bucket || (source.Region && source.Region !== bucket.region)) throw new Fault('NoSuchBucket')
  await authorize(context, [
    {
      action: 'GetObject',
      bucket: bucket.name,
      region: bucket.region,
      path: source.Key,
      versionId: source.VersionId,
    },
  ])
  const pinned = await store.objects.pin(bucket.name, source.Key, source.VersionId)
  if (!pinned) throw new Fault(source.VersionId ? 'NoSuchVersion' : 'NoSuchKey')
  try {
    if (pinned.object.isDeleteMarker) {
      if (!source.VersionId) throw new Fault('NoSuchKey')
      throw new Fault('InvalidRequest', 'The source of a copy may not be a delete marker.')
    }
    refuseArchived(pinned.object, context.now)
    const outcome = checkConditions(pinned.object, {
      ifMatch: headers['x-cos-copy-source-if-match'],
      ifNoneMatch: headers['x-cos-copy-source-if-none-match'],
      ifModifiedSince: headers['x-cos-copy-source-if-modified-since'],
      ifUnmodifiedSince: headers['x-cos-copy-source-if-unmodified-since'],
    })
    if (outcome === 'notModified') throw new Fault('PreconditionFailed')
    const answer = await run(source, pinned.object)
    const { versionId } = pinned.object
    if (!versionId) return answer
    const header = { 'x-cos-copy-source-version-id': versionId }
    return { ...answer, headers: { ...answer.headers, ...header } }
  } finally {
    pinned.release()
  }
}
