import type { Answer } from '../answer/answer'
import { Fault } from '../answer/fault'
import { checkConditions } from '../object/conditions'
import { refuseEncryptionOfReader } from '../object/encryption'
import { checkHeader, describeObject, refuseNotImitated } from '../object/objectHeaders'
import { refuseArchived } from '../object/restore'
import { versionIdOf } from '../request/request'
import type { ObjectRecord } from '../store/records'
import { bucketOf, type Handlers, type OperationContext } from './operation'

/** Response headers that a signed request may replace (document 436/7753). */
const OVERRIDES: Record<string, string> = {
  'response-content-type': 'Content-Type',
  'response-content-language': 'Content-Language',
  'response-expires': 'Expires',
  'response-cache-control': 'Cache-Control',
  'response-content-disposition': 'Content-Disposition',
  'response-content-encoding': 'Content-Encoding',
}

export const getObject: Handlers = {
  getObject: (context) => read(context, true),
  headObject: (context) => read(context, false),
}

async function read(context: OperationContext, withBody: boolean): Promise<Answer> {
  const { request, store } = context
  if (withBody) refuseProcessing(request.query)
  refuseNotImitated(request.headers)
  refuseEncryptionOfReader(request.headers)
  const versionId = versionIdOf(request)
  const pinned = await store.objects.pin(bucketOf(context).name, request.key, versionId)
  if (!pinned) throw new Fault(versionId === undefined ? 'NoSuchKey' : 'NoSuchVersion')
  try {
    if (pinned.object.isDeleteMarker) throw markerFault(pinned.object)
    if (withBody) refuseArchived(pinned.object, context.now)
    const answer = readAnswer(context, pinned.object, withBody)
    return { ...answer, release: pinned.release }
  } catch (error) {
    pinned.release()
    throw error
  }
}

/** A delete marker has no content, neither by its key nor by its version. */
function markerFault({ versionId = '' }: ObjectRecord): Fault {
  const fault = new Fault('NoSuchKey')
  fault.headers = { 'x-cos-delete-marker': 'true', 'x-cos-version-id': versionId }
  return fault
}

function readAnswer(context: OperationContext, object: ObjectRecord, withBody: boolean): Answer {
  const { request, store, principal } = context
  const { headers, query } = request
  const outcome = checkConditions(object, {
    ifMatch: headers['if-match'],
    ifNoneMatch: headers['if-none-match'],
    ifModifiedSince: headers['if-modified-since'],
    ifUnmodifiedSince: headers['if-unmodified-since'],
  })
  const described = describeObject(object, context.now)
  if (outcome === 'notModified') {
    const { ETag = '', 'x-cos-hash-crc64ecma': crc64 = '', 'Content-Type': type = '' } = described
    const headers = { 'Content-Type': type, ETag, 'x-cos-hash-crc64ecma': crc64 }
    return { status: 304, headers }
  }
  for (const [param, header] of Object.entries(OVERRIDES)) {
    if (query[param] === undefined) continue
    if (principal.kind === 'anonymous') {
      throw new Fault(
        'InvalidRequest',
        'Request specific response headers cannot be used for anonymous GET requests.',
      )
    }
    checkHeader(header, query[param])
    described[header] = query[param] as string
  }
  const range = readRange(headers.range, object.size)
  const [start, end] = range ?? [0, object.size - 1]
  return {
    status: range ? 206 : 200,
    headers: {
      ...described,
      'Content-Length': end - start + 1,
      ...(range ? { 'Content-Range': `bytes ${start}-${end}/${object.size}` } : {}),
    },
    body: withBody && object.size > 0 ? store.engine.read(object.blobs, start, end) : '',
  }
}

/** One `bytes=a-b`, `bytes=a-` or `bytes=-n`; anything else is passed over. */
function readRange(
  header: string | undefined,
  size: number,
): [start: number, end: number] | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return undefined
  if (match[1] === '') {
    const length = Math.min(Number(match[2]), size)
    if (length === 0) throw new Fault('InvalidRange')
    return [size - length, size - 1]
  }
  const start = Number(match[1])
  const end = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1)
  if (match[2] !== '' && Number(match[2]) < start) return undefined
  if (start >= size) throw new Fault('InvalidRange')
  return [start, end]
}

/** Image and media processing is another product: said plainly, not passed over. */
function refuseProcessing(query: Record<string, string>): void {
  const found = Object.keys(query).find((name) =>
    /^(image(Mogr2|View2|Info)|watermark|ci-process|exif)/.test(name),
  )
  if (found) throw new Fault('NotImplemented', `The local COS does not process media (${found}).`)
}
