import { createHash, randomBytes } from 'node:crypto'
import { asList, encodeKey, writeXml, type XmlValue } from '@miniprogram-cos/protocol'
import type { KeyRing } from '../../keys/keyRing'
import { xmlAnswer, xmlTextAnswer } from '../answer/answer'
import { Fault } from '../answer/fault'
import { encryptionHeader } from '../object/encryption'
import { objectHeadersOf, refuseNotImitated } from '../object/objectHeaders'
import { overwriteGuard } from '../object/overwriteGuard'
import { announcedMd5, checkLengthGiven, readXmlBody } from '../request/body'
import type { WrittenBlob } from '../store/blob'
import { combineCrc64 } from '../store/crc64'
import type { ObjectRecord, PartRecord, UploadRecord } from '../store/records'
import { commonPrefixOf, compareKeys, encodingFor, readListOptions } from './listing'
import { bucketOf, type Handlers, type OperationContext } from './operation'
import { receiveBody } from './receiveBody'

/** Limits of multipart uploads (document 436/14112). */
const MAX_PART_NUMBER = 10000
const MIN_PART_BYTES = 1024 * 1024
const MAX_PART_BYTES = 5 * 1024 ** 3

export const multipart: Handlers = {
  async multipartInit(context) {
    const { request, store, now } = context
    refuseNotImitated(request.headers)
    const bucket = bucketOf(context)
    overwriteGuard(request)(store.objects.get(bucket.name, request.key), bucket)
    const uploadId = `${Math.floor(now)}${randomBytes(32).toString('hex')}`
    const upload = {
      bucket: bucket.name,
      key: request.key,
      uploadId,
      initiated: new Date(now).toISOString(),
      ...objectHeadersOf(request.headers, request.key, bucket),
    }
    await store.uploads.put(upload)
    const answer = xmlAnswer({
      InitiateMultipartUploadResult: {
        Bucket: bucket.name,
        Key: request.key,
        UploadId: uploadId,
      },
    })
    return { ...answer, headers: { ...answer.headers, ...encryptionHeader(upload) } }
  },

  async multipartUpload(context) {
    const { request } = context
    refuseNotImitated(request.headers)
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
    const body = await readXmlBody(request, 'CompleteMultipartUpload')
    const object = await store.uploads.complete(
      bucketOf(context),
      request.query.uploadId as string,
      (upload, parts) => assemble(upload, parts, readPartList(body.Part), now),
      overwriteGuard(request),
    )
    if (!object) throw new Fault('NoSuchUpload')
    const host = request.headers.host ?? ''
    const result = writeXml({
      Location: `http://${host}/${encodeKey(object.key)}`,
      Bucket: bucketOf(context).name,
      Key: object.key,
      ETag: `"${object.etag}"`,
    })
    const answer = xmlTextAnswer(
      `<CompleteMultipartUploadResult xmlns="http://www.qcloud.com/document/product/436/7751">${result}</CompleteMultipartUploadResult>`,
    )
    return {
      ...answer,
      headers: {
        ...answer.headers,
        'x-cos-hash-crc64ecma': object.crc64,
        ...(object.versionId ? { 'x-cos-version-id': object.versionId } : {}),
        ...encryptionHeader(object),
      },
    }
  },

  async multipartAbort(context) {
    requireUpload(context)
    const isAborted = await context.store.uploads.abort(context.request.query.uploadId as string)
    if (!isAborted) throw new Fault('NoSuchUpload')
    return { status: 204 }
  },

  async multipartListPart(context) {
    const { request, store, keys } = context
    if (request.query.uploadId === '') throw new Fault('ListPartUploadIdIsEmpty')
    const upload = requireUpload(context)
    const options = encodingFor(readListOptions(request.query, 'max-parts', 1), [upload.key])
    const marker = Number(request.query['part-number-marker'] || 0)
    if (!Number.isInteger(marker) || marker < 0) throw new Fault('InvalidArgument')
    const parts = await store.uploads.parts(upload.uploadId, marker, options.limit + 1)
    const page = parts.slice(0, options.limit)
    const owner = ownerOf(keys)
    return xmlAnswer({
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
    const asked = readListOptions(query, 'max-uploads', 1)
    const keyMarker = query['key-marker'] ?? ''
    const idMarker = query['upload-id-marker'] ?? ''
    const uploads: UploadRecord[] = []
    const folders: string[] = []
    let truncated = false
    const { name } = bucketOf(context)
    await store.uploads.walk(name, asked.prefix, keyMarker, (upload) => {
      const isBehind = upload.key !== keyMarker || (idMarker !== '' && upload.uploadId > idMarker)
      if (keyMarker !== '' && !isBehind) return 'next'
      const folder = commonPrefixOf(upload.key, asked)
      if (folder !== undefined && compareKeys(folder, keyMarker) <= 0) return { skip: folder }
      if (uploads.length + folders.length === asked.limit) {
        truncated = true
        return 'stop'
      }
      if (folder === undefined) {
        uploads.push(upload)
        return 'next'
      }
      folders.push(folder)
      return { skip: folder }
    })
    const names = [asked.prefix, keyMarker, ...folders, ...uploads.map(({ key }) => key)]
    const options = encodingFor(asked, names)
    const last = uploads[uploads.length - 1]
    const lastFolder = folders[folders.length - 1]
    const endsInFolder =
      lastFolder !== undefined && (!last || compareKeys(lastFolder, last.key) > 0)
    const owner = ownerOf(keys)
    return xmlAnswer({
      ListMultipartUploadsResult: {
        Bucket: bucketOf(context).name,
        EncodingType: options.encodingType,
        KeyMarker: options.encode(keyMarker),
        UploadIdMarker: idMarker,
        NextKeyMarker: truncated
          ? options.encode(endsInFolder ? lastFolder : (last?.key ?? ''))
          : undefined,
        NextUploadIdMarker: truncated && !endsInFolder ? last?.uploadId : undefined,
        MaxUploads: options.limit,
        IsTruncated: truncated,
        Prefix: options.encode(options.prefix),
        Delimiter: options.delimiter === '' ? undefined : options.encode(options.delimiter),
        Upload: uploads.map((upload) => ({
          Key: options.encode(upload.key),
          UploadId: upload.uploadId,
          StorageClass: upload.storageClass,
          Initiator: owner,
          Owner: owner,
          Initiated: upload.initiated,
        })),
        CommonPrefixes: folders.map((folder) => ({ Prefix: options.encode(folder) })),
      },
    })
  },
}

function ownerOf({ ownerUin }: KeyRing): object {
  const ID = `qcs::cam::uin/${ownerUin}:uin/${ownerUin}`
  return { ID, DisplayName: ownerUin }
}

/** The upload a request names, if it belongs to this bucket and key. @throws Fault `NoSuchUpload` */
export function requireUpload(context: OperationContext): UploadRecord {
  const { request, store } = context
  const upload = store.uploads.get(request.query.uploadId ?? '')
  if (!upload || upload.bucket !== bucketOf(context).name || upload.key !== request.key) {
    throw new Fault('NoSuchUpload')
  }
  return upload
}

export function readPartNumber(query: Record<string, string>): number {
  const text = query.partNumber ?? ''
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (number < 1 || number > MAX_PART_NUMBER) {
    throw new Fault(
      'InvalidArgument',
      'Part number must be an integer between 1 and 10000, inclusive',
    )
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
  // Completed or aborted while the part was on its way.
  await store.engine.discard([id])
  throw new Fault('NoSuchUpload')
}

/** @throws Fault `MalformedXML` */
function readPartList(value: unknown): { number: number; etag: string }[] {
  const listed = asList<Record<string, unknown>>(value as XmlValue | undefined)
  if (listed.length === 0) throw new Fault('MalformedXML')
  return listed.map((part) => {
    const number = Number(String(part?.PartNumber).trim())
    const etag = part?.ETag
    if (!Number.isInteger(number) || typeof etag !== 'string') throw new Fault('MalformedXML')
    return { number, etag: etag.trim().replace(/^"|"$/g, '') }
  })
}

/** The object that a list of parts makes. @throws Fault */
function assemble(
  upload: UploadRecord,
  arrived: PartRecord[],
  listed: { number: number; etag: string }[],
  now: number,
): ObjectRecord {
  const byNumber = new Map(arrived.map((part) => [part.number, part]))
  const parts = listed.map(({ number, etag }, i) => {
    const before = listed[i - 1]?.number ?? number - 1
    if (number <= before) throw new Fault('InvalidPartOrder')
    // Numbers must follow each other (document 436/7742).
    if (number > before + 1) throw new Fault('InvalidPart')
    const part = byNumber.get(number)
    if (!part || part.etag !== etag) throw new Fault('InvalidPart')
    return part
  })
  if (parts.slice(0, -1).some(({ size }) => size < MIN_PART_BYTES))
    throw new Fault('EntityTooSmall')
  const first = parts[0] as PartRecord
  const crc64 = parts
    .slice(1)
    .reduce((crc, part) => combineCrc64(crc, part.crc64, part.size), first.crc64)
  // Opaque on purpose, as in COS: clients must not expect an MD5 of MD5s.
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
