import { createHash } from 'node:crypto'
import { Fault } from '../answer/fault'
import { encryptionHeader } from '../object/encryption'
import { objectHeadersOf, refuseNotImitated } from '../object/objectHeaders'
import { announcedMd5, checkLengthGiven } from '../request/body'
import { combineCrc64 } from '../store/crc64'
import type { ObjectRecord } from '../store/records'
import { bucketOf, type Handlers } from './operation'
import { MAX_SIMPLE_BYTES } from './putObject'
import { receiveBody } from './receiveBody'

export const append: Handlers = {
  /** The new bytes become one more blob of the object; nothing is copied. */
  async appendObject(context) {
    const { request, store, now } = context
    refuseNotImitated(request.headers, 'x-cos-forbid-overwrite')
    checkLengthGiven(request)
    const position = readPosition(request.query.position)
    // The storage class of an append is not verified (document 436/7741).
    const { 'x-cos-storage-class': _, ...headers } = request.headers
    const described = objectHeadersOf(headers, request.key, bucketOf(context))
    const md5 = announcedMd5(request)
    const blob = await receiveBody(context, md5, MAX_SIMPLE_BYTES)
    const fresh = { id: blob.id, size: blob.size }
    try {
      const object = await store.objects.update(
        bucketOf(context),
        request.key,
        undefined,
        (present): ObjectRecord => {
          if (present && !present.isAppendable) throw new Fault('ObjectNotAppendable')
          const size = present?.size ?? 0
          if (position !== size) {
            throw new Fault('AppendPositionErr', undefined, { PositionNeeded: String(size) })
          }
          if (size + blob.size > MAX_SIMPLE_BYTES) throw new Fault('EntityTooLarge')
          const base = present ?? {
            ...described,
            key: request.key,
            blobs: [],
            crc64: '0',
            etag: '',
          }
          return {
            ...base,
            isAppendable: true,
            size: size + blob.size,
            blobs: [...base.blobs, fresh],
            etag: createHash('md5').update(`${base.etag}${blob.md5}`).digest('hex'),
            crc64: size === 0 ? blob.crc64 : combineCrc64(base.crc64, blob.crc64, blob.size),
            lastModified: new Date(now).toISOString(),
          }
        },
        [fresh],
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
      await store.engine.discard([blob.id])
      throw error
    }
  },
}

function readPosition(text: string | undefined): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    throw new Fault('InvalidArgument', 'The append position is not a valid number.')
  }
  return Number(text)
}
