import { CosServiceError } from '../errors'
import { findStyledOriginal, type ProcessedObject, processObject } from '../images/imageRequests'
import { takeSnapshot } from '../images/snapshot'
import {
  checkConditions,
  checkHeader,
  refuseNotImitated,
  refuseSseHeader,
  responseHeadersOf,
} from '../object/headers'
import { refuseArchived } from '../object/restore'
import { versionIdOf } from '../request'
import type { CosResponse } from '../response'
import type { ObjectRecord } from '../store/records'
import { bucketOf, type Handlers, type OperationContext } from './operation'

/** Response headers that a signed request can override (document 436/7753). */
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

async function read(context: OperationContext, withBody: boolean): Promise<CosResponse> {
  const { request, store } = context
  refuseNotImitated(request.headers)
  refuseSseHeader(request.headers)
  const versionId = versionIdOf(request)
  const { name } = bucketOf(context)
  let pinned = await store.objects.pin(name, request.key, versionId)
  const styled = pinned || !withBody ? undefined : await findStyledOriginal(context)
  if (styled) pinned = await store.objects.pin(name, styled.key, versionId)
  if (!pinned) throw new CosServiceError(versionId === undefined ? 'NoSuchKey' : 'NoSuchVersion')
  try {
    if (pinned.object.isDeleteMarker) throw deleteMarkerError(pinned.object)
    if (withBody) refuseArchived(pinned.object, context.now)
    const processed = withBody
      ? ((await takeSnapshot(context, pinned.object)) ??
        (await processObject(context, pinned.object, styled?.parameters)))
      : undefined
    const object = processed?.object ?? pinned.object
    return { ...readResponse(context, object, withBody, processed), release: pinned.release }
  } catch (error) {
    pinned.release()
    throw error
  }
}

/** The error for a delete marker, requested by key or by version. */
function deleteMarkerError({ versionId = '' }: ObjectRecord): CosServiceError {
  const headers = { 'x-cos-delete-marker': 'true', 'x-cos-version-id': versionId }
  return new CosServiceError('NoSuchKey', undefined, {}, headers)
}

function readResponse(
  context: OperationContext,
  object: ObjectRecord,
  withBody: boolean,
  processed?: ProcessedObject,
): CosResponse {
  const { request, store, principal } = context
  const { headers, query } = request
  const outcome = checkConditions(object, {
    ifMatch: headers['if-match'],
    ifNoneMatch: headers['if-none-match'],
    ifModifiedSince: headers['if-modified-since'],
    ifUnmodifiedSince: headers['if-unmodified-since'],
  })
  const responseHeaders = responseHeadersOf(object, context.now)
  if (outcome === 'notModified') {
    const {
      ETag = '',
      'x-cos-hash-crc64ecma': crc64 = '',
      'Content-Type': type = '',
    } = responseHeaders
    const headers = { 'Content-Type': type, ETag, 'x-cos-hash-crc64ecma': crc64 }
    return { status: 304, headers }
  }
  for (const [param, header] of Object.entries(OVERRIDES)) {
    const value = query[param]
    if (value === undefined) continue
    if (principal.kind === 'anonymous') {
      throw new CosServiceError(
        'InvalidRequest',
        'Request specific response headers cannot be used for anonymous GET requests.',
      )
    }
    checkHeader(header, value)
    responseHeaders[header] = value
  }
  const range = readRange(headers.range, object.size)
  const [start, end] = range ?? [0, object.size - 1]
  return {
    status: range ? 206 : 200,
    headers: {
      ...responseHeaders,
      'Content-Length': end - start + 1,
      ...(range ? { 'Content-Range': `bytes ${start}-${end}/${object.size}` } : {}),
    },
    body: processed
      ? processed.bytes.subarray(start, end + 1)
      : withBody && object.size > 0
        ? store.blobs.read(object.blobs, start, end)
        : '',
  }
}

/** Reads `bytes=a-b`, `bytes=a-` or `bytes=-n`; other values are ignored. */
function readRange(
  header: string | undefined,
  size: number,
): [start: number, end: number] | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return undefined
  if (match[1] === '') {
    const length = Math.min(Number(match[2]), size)
    if (length === 0) throw new CosServiceError('InvalidRange')
    return [size - length, size - 1]
  }
  const start = Number(match[1])
  const end = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1)
  if (match[2] !== '' && Number(match[2]) < start) return undefined
  if (start >= size) throw new CosServiceError('InvalidRange')
  return [start, end]
}
