import { type CopySource, parseCopySource } from '@miniprogram-cos/protocol'
import { accessTo, authorize } from '../authorize'
import { MAX_SIMPLE_BYTES } from '../body'
import { CosServiceError, invalidArgument } from '../errors'
import { type CosRequest, withoutLeadingSlashes } from '../request'
import { bytesOf, type CosResponse, withHeaders, xmlResponse } from '../response'
import type { ObjectRecord } from '../store/records'
import { refuseArchived } from './aclTaggingRestore'
import { readPartNumber, requireUpload, storePart } from './multipart'
import {
  checkConditions,
  encryptionHeader,
  type ObjectAttributes,
  overwriteGuard,
  readAttributes,
  refuseNotImitated,
  versionHeader,
} from './objectHeaders'
import { type Handlers, type OperationContext, requireBucket } from './operation'

export const copy: Handlers = {
  async putObjectCopy(context) {
    refuseNotImitated(context.request.headers, 'pic-operations')
    return withSource(context, (source, object) => copyObject(context, source, object))
  },

  async uploadPartCopy(context) {
    const upload = requireUpload(context)
    const number = readPartNumber(context.request.query)
    return withSource(context, async (_, object) => {
      const { request, store } = context
      const [start, end] = readCopyRange(request.headers['x-cos-copy-source-range'], object.size)
      const blob = await store.blobs.write(bytesOf(store.blobs.read(object.blobs, start, end)))
      const part = await storePart(context, upload, number, blob)
      return xmlResponse({
        CopyPartResult: {
          ETag: `"${part.etag}"`,
          CRC64: part.crc64,
          LastModified: withoutMilliseconds(part.lastModified),
        },
      })
    })
  },
}

/** Reads `bytes=first-last`; both are required and must be within the source (document 436/8287). @throws CosServiceError */
function readCopyRange(header: string | undefined, size: number): [start: number, end: number] {
  // Tencent's Python SDK sends an empty header for the whole source.
  if (!header) return [0, size - 1]
  const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? []
  if (first === '' || Number(first) > Number(last)) {
    throw invalidArgument('Invalid copy source range.')
  }
  if (Number(last) >= size) throw new CosServiceError('InvalidRange')
  return [Number(first), Number(last)]
}

async function copyObject(
  context: OperationContext,
  source: CopySource,
  object: ObjectRecord,
): Promise<CosResponse> {
  const { request, store, now } = context
  if (object.size > MAX_SIMPLE_BYTES) throw new CosServiceError('EntityTooLarge')
  const directive = readDirective(request, 'x-cos-metadata-directive')
  const tagsDirective = readDirective(request, 'x-cos-tagging-directive')
  const bucket = requireBucket(context)
  const isSelf = source.Bucket === bucket.name && source.Key === request.key && !source.VersionId
  if (isSelf && directive === 'copy' && tagsDirective === 'copy') {
    throw new CosServiceError(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata.",
    )
  }
  const attributes = copiedAttributes(context, object, directive, tagsDirective)
  const lastModified = new Date(now).toISOString()
  const guard = overwriteGuard(request)
  const blobs = await store.blobs.copy(object.blobs)
  const { size, etag, crc64 } = object
  const record = { key: request.key, size, etag, crc64, lastModified, ...attributes, blobs }
  const stored = await store.objects.put(bucket, record, guard)
  const response = xmlResponse({
    CopyObjectResult: {
      ETag: `"${etag}"`,
      CRC64: crc64,
      LastModified: withoutMilliseconds(lastModified),
      VersionId: versionHeader(stored)['x-cos-version-id'],
    },
  })
  return withHeaders(response, { ...versionHeader(stored), ...encryptionHeader(stored) })
}

function withoutMilliseconds(date: string): string {
  return date.replace(/\.\d+Z$/, 'Z')
}

type Directive = 'copy' | 'replaced'

function readDirective({ headers }: CosRequest, name: string): Directive {
  const directive = (headers[name] || 'Copy').toLowerCase()
  if (directive === 'copy' || directive === 'replaced') return directive
  throw invalidArgument(`Unknown directive in ${name}.`)
}

/**
 * The attributes of a copy: headers and tags according to their directives, all others from the request (document
 * 436/10881).
 */
function copiedAttributes(
  context: OperationContext,
  source: ObjectRecord,
  directive: Directive,
  tagsDirective: Directive,
): ObjectAttributes {
  const { request } = context
  const attributes = readAttributes(request.headers, request.key, requireBucket(context))
  const { tags: requestTags, headers, ...others } = attributes
  const tags = tagsDirective === 'replaced' ? requestTags : source.tags
  return {
    ...others,
    headers: directive === 'replaced' ? headers : source.headers,
    ...(tags ? { tags } : {}),
  }
}

/** Checks permission and conditions of a copy source, and runs the copy with it. */
async function withSource(
  context: OperationContext,
  run: (source: CopySource, object: ObjectRecord) => Promise<CosResponse>,
): Promise<CosResponse> {
  const { request, store } = context
  const { headers } = request
  let source: CopySource
  const text = headers['x-cos-copy-source'] ?? ''
  try {
    decodeURIComponent(text)
    source = parseCopySource(text)
    source.Key = withoutLeadingSlashes(source.Key)
  } catch {
    throw new CosServiceError('InvalidCopySource')
  }
  const bucket = store.buckets.get(source.Bucket)
  if (!bucket || (source.Region && source.Region !== bucket.region))
    throw new CosServiceError('NoSuchBucket')
  await authorize(context, [accessTo('GetObject', bucket, source.Key, source.VersionId)])
  const pinned = await store.objects.pin(bucket.name, source.Key, source.VersionId)
  if (!pinned) throw new CosServiceError(source.VersionId ? 'NoSuchVersion' : 'NoSuchKey')
  try {
    if (pinned.object.isDeleteMarker) {
      if (!source.VersionId) throw new CosServiceError('NoSuchKey')
      throw new CosServiceError('InvalidRequest', 'The source of a copy cannot be a delete marker.')
    }
    refuseArchived(pinned.object, context.now)
    const outcome = checkConditions(pinned.object, headers, 'x-cos-copy-source-')
    if (outcome === 'notModified') throw new CosServiceError('PreconditionFailed')
    const response = await run(source, pinned.object)
    const { versionId } = pinned.object
    return versionId
      ? withHeaders(response, { 'x-cos-copy-source-version-id': versionId })
      : response
  } finally {
    pinned.release()
  }
}
