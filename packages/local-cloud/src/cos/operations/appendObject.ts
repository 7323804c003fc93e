import { createHash } from 'node:crypto'
import { announcedMd5, checkLengthGiven, MAX_SIMPLE_BYTES, receiveBody } from '../body'
import { CosServiceError } from '../errors'
import { attributesOf, encryptionHeader, refuseNotImitated } from '../object/headers'
import { combineCrc64 } from '../store/crc64'
import type { ObjectRecord } from '../store/records'
import { bucketOf, type Handlers } from './operation'

export const appendObject: Handlers = {
  /** Adds the bytes as a further blob of the object, without copying. */
  async appendObject(context) {
    const { request, store, now } = context
    refuseNotImitated(request.headers, 'x-cos-forbid-overwrite', 'pic-operations')
    checkLengthGiven(request)
    const position = readPosition(request.query.position)
    // COS does not verify the storage class of an append (document 436/7741).
    const { 'x-cos-storage-class': _, ...headers } = request.headers
    const attributes = attributesOf(headers, request.key, bucketOf(context))
    const md5 = announcedMd5(request)
    const blob = await receiveBody(context, md5, MAX_SIMPLE_BYTES)
    const appended = { id: blob.id, size: blob.size }
    try {
      const object = await store.objects.update(
        bucketOf(context),
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
}

function readPosition(text: string | undefined): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    throw new CosServiceError('InvalidArgument', 'The append position is not a valid number.')
  }
  return Number(text)
}
