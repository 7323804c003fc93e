import { announcedMd5, checkLengthGiven, MAX_SIMPLE_BYTES, receiveBody } from '../body'
import { planProcessing } from '../images/processUpload'
import {
  attributesOf,
  encryptionHeader,
  overwriteGuard,
  refuseNotImitated,
  versionHeader,
} from '../object/headers'
import { withHeaders } from '../response'
import { objectOfBlob } from '../store/records'
import { bucketOf, type Handlers } from './operation'

export const putObject: Handlers = {
  async putObject(context) {
    const { request, store, now } = context
    refuseNotImitated(request.headers)
    checkLengthGiven(request)
    const md5 = announcedMd5(request)
    const attributes = attributesOf(request.headers, request.key, bucketOf(context))
    const guard = overwriteGuard(request)
    const process = await planProcessing(context, request.headers['pic-operations'], request.key)
    const blob = await receiveBody(context, md5, MAX_SIMPLE_BYTES)
    const record = objectOfBlob(request.key, blob, now, attributes)
    const stored = await store.objects.put(bucketOf(context), record, guard)
    const response = process ? await process(stored) : { status: 200 }
    return withHeaders(response, {
      ETag: `"${blob.md5}"`,
      'x-cos-hash-crc64ecma': blob.crc64,
      ...versionHeader(stored),
      ...encryptionHeader(stored),
    })
  },
}
