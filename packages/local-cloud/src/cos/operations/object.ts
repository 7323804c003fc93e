import { createHash } from 'node:crypto'
import type { XmlElement } from '@miniprogram-cos/protocol'
import { accessTo, authorize, decideAndRecord } from '../authorize'
import { announcedMd5, checkLengthGiven, MAX_SIMPLE_BYTES, readXmlBody, receiveBody } from '../body'
import { CosServiceError, invalidArgument } from '../errors'
import { findStyledOriginal, type ProcessedObject, processObject } from '../images/imageRequests'
import { planProcessing } from '../images/picOperations'
import { takeSnapshot } from '../images/snapshot'
import { keyError, versionIdOf, withoutLeadingSlashes } from '../request'
import { type CosResponse, withHeaders, xmlResponse } from '../response'
import { combineCrc64 } from '../store/crc64'
import { type ObjectRecord, objectOfBlob } from '../store/records'
import { elements, malformed } from '../xmlElements'
import { refuseArchived } from './aclTaggingRestore'
import {
  buildResponseHeaders,
  checkConditions,
  checkHeader,
  encryptionHeader,
  overwriteGuard,
  readAttributes,
  refuseNotImitated,
  refuseSseHeader,
  versionHeader,
} from './objectHeaders'
import { type Handlers, type OperationContext, requireBucket } from './operation'

/** Operations that put, get, append to and delete objects. */
export const object: Handlers = {
  async putObject(context) {
    const { request, store, now } = context
    refuseNotImitated(request.headers)
    checkLengthGiven(request)
    const md5 = announcedMd5(request)
    const attributes = readAttributes(request.headers, request.key, requireBucket(context))
    const guard = overwriteGuard(request)
    const process = await planProcessing(context, request.headers['pic-operations'], request.key)
    const blob = await receiveBody(context, md5, MAX_SIMPLE_BYTES)
    const record = objectOfBlob(request.key, blob, now, attributes)
    const stored = await store.objects.put(requireBucket(context), record, guard)
    const response = process ? await process(stored) : { status: 200 }
    return withHeaders(response, {
      ETag: `"${blob.md5}"`,
      'x-cos-hash-crc64ecma': blob.crc64,
      ...versionHeader(stored),
      ...encryptionHeader(stored),
    })
  },

  /** Adds the bytes as a further blob of the object, without copying. */
  async appendObject(context) {
    const { request, store, now } = context
    refuseNotImitated(request.headers, 'x-cos-forbid-overwrite', 'pic-operations')
    checkLengthGiven(request)
    const position = readPosition(request.query.position)
    // COS does not verify the storage class of an append (document 436/7741).
    const { 'x-cos-storage-class': _, ...headers } = request.headers
    const attributes = readAttributes(headers, request.key, requireBucket(context))
    const md5 = announcedMd5(request)
    const blob = await receiveBody(context, md5, MAX_SIMPLE_BYTES)
    const appended = { id: blob.id, size: blob.size }
    try {
      const object = await store.objects.update(
        requireBucket(context),
        request.key,
        undefined,
        (present): ObjectRecord => {
          if (present && !present.isAppendable) throw new CosServiceError('ObjectNotAppendable')
          const size = present?.size ?? 0
          if (position !== size) {
            throw new CosServiceError('AppendPositionErr', undefined, {
              PositionNeeded: String(size),
            })
          }
          if (size + blob.size > MAX_SIMPLE_BYTES) throw new CosServiceError('EntityTooLarge')
          const base = present ?? {
            ...attributes,
            key: request.key,
            blobs: [],
            crc64: '0',
            etag: '',
          }
          return {
            ...base,
            isAppendable: true,
            size: size + blob.size,
            blobs: [...base.blobs, appended],
            etag: createHash('md5').update(`${base.etag}${blob.md5}`).digest('hex'),
            crc64: size === 0 ? blob.crc64 : combineCrc64(base.crc64, blob.crc64, blob.size),
            lastModified: new Date(now).toISOString(),
          }
        },
        [appended],
      )
      return {
        status: 200,
        headers: {
          ETag: `"${object.etag}"`,
          'x-cos-next-append-position': object.size,
          'x-cos-hash-crc64ecma': object.crc64,
          ...encryptionHeader(object),
        },
      }
    } catch (error) {
      store.blobs.discard([blob])
      throw error
    }
  },

  getObject: (context) => read(context, true),
  headObject: (context) => read(context, false),

  async deleteObject(context) {
    const { request, store } = context
    const outcome = await store.objects.delete(
      requireBucket(context),
      request.key,
      versionIdOf(request),
    )
    return {
      status: 204,
      headers: {
        ...(outcome.versionId ? { 'x-cos-version-id': outcome.versionId } : {}),
        ...(outcome.isDeleteMarker ? { 'x-cos-delete-marker': 'true' } : {}),
      },
    }
  },

  async deleteMultipleObject(context) {
    if (!context.request.headers['content-md5']) {
      throw new CosServiceError(
        'InvalidRequest',
        'Missing required header for this request: Content-MD5',
      )
    }
    if (context.principal.kind === 'anonymous') {
      await authorize(context, [accessTo('DeleteMultipleObjects', requireBucket(context))])
    }
    const body = await readXmlBody(context.request, 'Delete')
    const entries = readEntries(body)
    const deleted: object[] = []
    const failed: object[] = []
    for (const { key, versionId } of entries) {
      const outcome = await deleteOne(context, key, versionId)
      if (outcome.failed) failed.push(outcome.failed)
      else deleted.push(outcome.deleted)
    }
    return deleteResponse(String(body.Quiet).trim() === 'true' ? [] : deleted, failed)
  },
}

function readPosition(text: string | undefined): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    throw invalidArgument('The append position is not a valid number.')
  }
  return Number(text)
}

/** Response headers that a signed request can override (document 436/7753). */
const OVERRIDES: Record<string, string> = {
  'response-content-type': 'Content-Type',
  'response-content-language': 'Content-Language',
  'response-expires': 'Expires',
  'response-cache-control': 'Cache-Control',
  'response-content-disposition': 'Content-Disposition',
  'response-content-encoding': 'Content-Encoding',
}

async function read(context: OperationContext, withBody: boolean): Promise<CosResponse> {
  const { request, store } = context
  refuseNotImitated(request.headers)
  refuseSseHeader(request.headers)
  const versionId = versionIdOf(request)
  const { name } = requireBucket(context)
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
  const outcome = checkConditions(object, headers)
  const responseHeaders = buildResponseHeaders(object, context.now)
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

/** Maximum number of keys in a request (document 436/8289). */
const MAX_KEYS = 1000

/** Reads all entries before the first is deleted: an invalid list deletes nothing. */
function readEntries(body: XmlElement): { key: string; versionId?: string }[] {
  return elements(body, 'Object', { min: 1, max: MAX_KEYS }).map((entry) => {
    const { Key: key, VersionId: versionId } = entry
    if (typeof key !== 'string' || key === '') throw malformed('Key is missing')
    return {
      key: withoutLeadingSlashes(key),
      ...(typeof versionId === 'string' && versionId !== '' ? { versionId } : {}),
    }
  })
}

/** Deletes one key, which requires its own permission (document 436/64963). */
async function deleteOne(
  context: OperationContext,
  key: string,
  versionId: string | undefined,
): Promise<{ deleted: object; failed?: undefined } | { failed: object }> {
  const bucket = requireBucket(context)
  const decision = await decideAndRecord(context, accessTo('DeleteObject', bucket, key, versionId))
  const failed = (Code: string, Message: string) => ({
    failed: { Key: key, VersionId: versionId, Code, Message },
  })
  if (!decision.allowed) return failed('AccessDenied', 'Access Denied.')
  const error = keyError(key)
  if (error) return failed(error.code, error.message)
  const outcome = await context.store.objects.delete(bucket, key, versionId)
  return {
    deleted: {
      Key: key,
      DeleteMarker: outcome.isDeleteMarker,
      DeleteMarkerVersionId: outcome.isDeleteMarker ? outcome.versionId : undefined,
      VersionId: versionId,
    },
  }
}

function deleteResponse(deleted: object[], failed: object[]): CosResponse {
  if (deleted.length + failed.length > 0) {
    return xmlResponse({ DeleteResult: { Deleted: deleted, Error: failed } })
  }
  // The quiet response has no declaration (document 436/8289).
  const headers = { 'Content-Type': 'application/xml' }
  return { status: 200, headers, body: '<DeleteResult/>' }
}
