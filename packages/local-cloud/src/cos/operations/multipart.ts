import { createHash, randomBytes } from 'node:crypto'
import { encodeKey, writeXml, type XmlElement } from '@miniprogram-cos/protocol'
import type { KeyRing } from '../../sts/keys'
import { announcedMd5, checkLengthGiven, readXmlBody, receiveBody } from '../body'
import { CosServiceError, invalidArgument } from '../errors'
import { planProcessing } from '../images/picOperations'
import { withHeaders, xmlResponse, xmlTextResponse } from '../response'
import { combineCrc64 } from '../store/crc64'
import type { ObjectRecord, PartRecord, UploadRecord, WrittenBlob } from '../store/records'
import { elements, malformed, requiredText } from '../xmlElements'
import { encodingFor, ListPage, readListOptions } from './listObjects'
import {
  encryptionHeader,
  overwriteGuard,
  readAttributes,
  refuseNotImitated,
} from './objectHeaders'
import { type Handlers, type OperationContext, requireBucket } from './operation'

/** Limits of multipart uploads (document 436/14112). */
const MAX_PART_NUMBER = 10000
const MIN_PART_BYTES = 1024 * 1024
const MAX_PART_BYTES = 5 * 1024 ** 3

export const multipart: Handlers = {
  async multipartInit(context) {
    const { request, store, now } = context
    refuseNotImitated(request.headers, 'pic-operations')
    const bucket = requireBucket(context)
    overwriteGuard(request)(store.objects.get(bucket.name, request.key), bucket)
    const uploadId = `${Math.floor(now)}${randomBytes(32).toString('hex')}`
    const upload = {
      bucket: bucket.name,
      key: request.key,
      uploadId,
      initiated: new Date(now).toISOString(),
      ...readAttributes(request.headers, request.key, bucket),
    }
    await store.uploads.put(upload)
    const response = xmlResponse({
      InitiateMultipartUploadResult: {
        Bucket: bucket.name,
        Key: request.key,
        UploadId: uploadId,
      },
    })
    return withHeaders(response, encryptionHeader(upload))
  },

  async multipartUpload(context) {
    const { request } = context
    refuseNotImitated(request.headers, 'pic-operations')
    checkLengthGiven(request)
    const number = readPartNumber(request.query)
    const upload = requireUpload(context)
    const md5 = announcedMd5(request)
    const blob = await receiveBody(context, md5, MAX_PART_BYTES)
    const part = await storePart(context, upload, number, blob)
    return {
      status: 200,
      headers: {
        ETag: `"${part.etag}"`,
        'x-cos-hash-crc64ecma': part.crc64,
        ...encryptionHeader(upload),
      },
    }
  },

  async multipartComplete(context) {
    const { request, store, now } = context
    requireUpload(context)
    const process = await planProcessing(context, request.headers['pic-operations'], request.key)
    const body = await readXmlBody(request, 'CompleteMultipartUpload')
    const object = await store.uploads.complete(
      requireBucket(context),
      request.query.uploadId as string,
      (upload, parts) => assemble(upload, parts, readPartList(body), now),
      overwriteGuard(request),
    )
    if (!object) throw new CosServiceError('NoSuchUpload')
    const host = request.headers.host ?? ''
    const result = writeXml({
      Location: `http://${host}/${encodeKey(object.key)}`,
      Bucket: requireBucket(context).name,
      Key: object.key,
      ETag: `"${object.etag}"`,
    })
    const response = process
      ? await process(object)
      : xmlTextResponse(
          `<CompleteMultipartUploadResult xmlns="http://www.qcloud.com/document/product/436/7751">${result}</CompleteMultipartUploadResult>`,
        )
    return withHeaders(response, {
      'x-cos-hash-crc64ecma': object.crc64,
      ...(object.versionId ? { 'x-cos-version-id': object.versionId } : {}),
      ...encryptionHeader(object),
    })
  },

  async multipartAbort(context) {
    requireUpload(context)
    const isAborted = await context.store.uploads.abort(context.request.query.uploadId as string)
    if (!isAborted) throw new CosServiceError('NoSuchUpload')
    return { status: 204 }
  },

  async multipartListPart(context) {
    const { request, store, keys } = context
    if (request.query.uploadId === '') throw new CosServiceError('ListPartUploadIdIsEmpty')
    const upload = requireUpload(context)
    const options = encodingFor(readListOptions(request.query, 'max-parts', 1), [upload.key])
    const marker = Number(request.query['part-number-marker'] || 0)
    if (!Number.isInteger(marker) || marker < 0) throw new CosServiceError('InvalidArgument')
    const parts = await store.uploads.parts(upload.uploadId, marker, options.limit + 1)
    const page = parts.slice(0, options.limit)
    const owner = ownerElement(keys)
    return xmlResponse({
      ListPartsResult: {
        Bucket: upload.bucket,
        EncodingType: options.encodingType ?? '',
        Key: options.encode(upload.key),
        UploadId: upload.uploadId,
        Owner: owner,
        PartNumberMarker: marker,
        Initiator: owner,
        Part: page.map(({ number, lastModified, etag, size }) => ({
          PartNumber: number,
          LastModified: lastModified,
          ETag: `"${etag}"`,
          Size: size,
        })),
        NextPartNumberMarker:
          parts.length > page.length ? page[page.length - 1]?.number : undefined,
        StorageClass: upload.storageClass,
        MaxParts: options.limit,
        IsTruncated: parts.length > page.length,
      },
    })
  },

  async multipartList(context) {
    const { request, store, keys } = context
    const { query } = request
    const requested = readListOptions(query, 'max-uploads', 1)
    const keyMarker = query['key-marker'] ?? ''
    const idMarker = query['upload-id-marker'] ?? ''
    const { name } = requireBucket(context)
    const page = new ListPage<UploadRecord>(requested, keyMarker)
    await store.uploads.scan(name, requested.prefix, keyMarker, (upload) => {
      const isAfterMarker =
        upload.key !== keyMarker || (idMarker !== '' && upload.uploadId > idMarker)
      return keyMarker === '' || isAfterMarker ? page.add(upload.key, upload) : 'next'
    })
    const { options, elements } = page.describe([keyMarker, ...page.entries.map(({ key }) => key)])
    const last = page.lastEntry
    const owner = ownerElement(keys)
    return xmlResponse({
      ListMultipartUploadsResult: {
        Bucket: name,
        KeyMarker: options.encode(keyMarker),
        UploadIdMarker: idMarker,
        NextKeyMarker: page.isTruncated ? options.encode(page.last) : undefined,
        // After a common prefix there is none.
        NextUploadIdMarker:
          page.isTruncated && page.entries.at(-1) === last ? last?.uploadId : undefined,
        MaxUploads: options.limit,
        IsTruncated: page.isTruncated,
        ...elements,
        Upload: page.entries.map((upload) => ({
          Key: options.encode(upload.key),
          UploadId: upload.uploadId,
          StorageClass: upload.storageClass,
          Initiator: owner,
          Owner: owner,
          Initiated: upload.initiated,
        })),
      },
    })
  },
}

function ownerElement({ ownerUin }: KeyRing): object {
  const ID = `qcs::cam::uin/${ownerUin}:uin/${ownerUin}`
  return { ID, DisplayName: ownerUin }
}

/** The upload in a request, which must belong to its bucket and key. @throws CosServiceError `NoSuchUpload` */
export function requireUpload(context: OperationContext): UploadRecord {
  const { request, store } = context
  const upload = store.uploads.get(request.query.uploadId ?? '')
  if (!upload || upload.bucket !== requireBucket(context).name || upload.key !== request.key) {
    throw new CosServiceError('NoSuchUpload')
  }
  return upload
}

export function readPartNumber(query: Record<string, string>): number {
  const text = query.partNumber ?? ''
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (number < 1 || number > MAX_PART_NUMBER) {
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive')
  }
  return number
}

export async function storePart(
  { store, now }: OperationContext,
  upload: UploadRecord,
  number: number,
  { id, size, md5, crc64 }: WrittenBlob,
): Promise<PartRecord> {
  const part: PartRecord = {
    number,
    size,
    etag: md5,
    crc64,
    lastModified: new Date(now).toISOString(),
    blobs: [{ id, size }],
  }
  if (await store.uploads.putPart(upload, part)) return part
  // Completed or aborted while the part was received.
  throw new CosServiceError('NoSuchUpload')
}

/** @throws CosServiceError `MalformedXML` */
function readPartList(body: XmlElement): { number: number; etag: string }[] {
  return elements(body, 'Part', { min: 1 }).map((part) => {
    const number = Number(requiredText(part, 'PartNumber'))
    if (!Number.isInteger(number)) throw malformed('PartNumber is not an integer')
    return { number, etag: requiredText(part, 'ETag').replace(/^"|"$/g, '') }
  })
}

/** The object that consists of the listed parts. @throws CosServiceError */
function assemble(
  upload: UploadRecord,
  uploaded: PartRecord[],
  listed: { number: number; etag: string }[],
  now: number,
): ObjectRecord {
  const byNumber = new Map(uploaded.map((part) => [part.number, part]))
  const parts = listed.map(({ number, etag }, i) => {
    const previous = listed[i - 1]?.number ?? number - 1
    if (number <= previous) throw new CosServiceError('InvalidPartOrder')
    // Part numbers must be consecutive (document 436/7742).
    if (number > previous + 1) throw new CosServiceError('InvalidPart')
    const part = byNumber.get(number)
    if (!part || part.etag !== etag) throw new CosServiceError('InvalidPart')
    return part
  })
  if (parts.slice(0, -1).some(({ size }) => size < MIN_PART_BYTES))
    throw new CosServiceError('EntityTooSmall')
  const first = parts[0] as PartRecord
  const crc64 = parts
    .slice(1)
    .reduce((crc, part) => combineCrc64(crc, part.crc64, part.size), first.crc64)
  // Opaque as in COS: clients must not expect an MD5 of MD5s.
  const digest = createHash('md5').update(upload.uploadId)
  for (const { etag } of parts) digest.update(etag)
  return {
    key: upload.key,
    size: parts.reduce((sum, { size }) => sum + size, 0),
    etag: `${digest.digest('hex')}-${parts.length}`,
    crc64,
    lastModified: new Date(now).toISOString(),
    headers: upload.headers,
    storageClass: upload.storageClass,
    ...(upload.acl ? { acl: upload.acl } : {}),
    ...(upload.tags ? { tags: upload.tags } : {}),
    ...(upload.encryption ? { encryption: upload.encryption } : {}),
    blobs: parts.flatMap(({ blobs }) => blobs),
  }
}
