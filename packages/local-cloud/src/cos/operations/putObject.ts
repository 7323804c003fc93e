import { encryptionHeader } from '../object/encryption'
import { objectHeadersOf, refuseNotImitated } from '../object/objectHeaders'
import { overwriteGuard } from '../object/overwriteGuard'
import { announcedMd5, checkLengthGiven } from '../request/body'
import { NULL_VERSION } from '../store/objects'
import type { ObjectRecord } from '../store/records'
import { bucketOf, type Handlers } from './operation'
import { receiveBody } from './receiveBody'

/** A simple upload may have 5 GiB (document 436/7749). */
export const MAX_SIMPLE_BYTES = 5 * 1024 ** 3

export const putObject: Handlers = {
  async putObject(context) {
    const { request, store, now } = context
    refuseNotImitated(request.headers)
    checkLengthGiven(request)
    const md5 = announcedMd5(request)
    const described = objectHeadersOf(request.headers, request.key, bucketOf(context))
    const guard = overwriteGuard(request)
    const blob = await receiveBody(context, md5, MAX_SIMPLE_BYTES)
    const record = {
      key: request.key,
      size: blob.size,
      etag: blob.md5,
      crc64: blob.crc64,
      lastModified: new Date(now).toISOString(),
      ...described,
      blobs: [{ id: blob.id, size: blob.size }],
    }
    const stored = await store.objects.put(bucketOf(context), record, guard)
    return {
      status: 200,
      headers: {
        ETag: `"${blob.md5}"`,
        'x-cos-hash-crc64ecma': blob.crc64,
        ...versionHeader(stored),
        ...encryptionHeader(stored),
      },
    }
  },
}

/** Writes name their version while versioning is enabled, not while it is suspended. */
export function versionHeader({ versionId }: ObjectRecord): Record<string, string> {
  return versionId && versionId !== NULL_VERSION ? { 'x-cos-version-id': versionId } : {}
}
