import {
  type CosError,
  type HeadObjectResult,
  headObject,
  type MultipartCompleteResult,
  multipartComplete,
  paramHeaders,
} from '@miniprogram-cos/protocol'
import { pick } from '../pick'
import { perform } from '../request/perform'
import type { Multipart, PartDone } from './multipart'

/** Headers that count when the object comes to be. */
const COMPLETE_HEADERS = /^(x-cos-meta-.*|pic-operations)$/i

/**
 * Completes an upload. When an answer was lost, the repetition finds the upload gone: then the object
 * itself tells whether the first try did it.
 */
export async function completeMultipart(
  { core, params, target, location, fileSize, signal }: Multipart,
  UploadId: string,
  Parts: PartDone[],
): Promise<MultipartCompleteResult> {
  let wasLost = false
  const onRepeat = () => {
    wasLost = true
  }
  try {
    const Headers = pick(paramHeaders(params), COMPLETE_HEADERS)
    const upload = { ...target, UploadId, signal, Headers, Parts }
    return (await perform(core, multipartComplete, upload, { onRepeat })) as MultipartCompleteResult
  } catch (error) {
    if (!wasLost || (error as CosError).code !== 'NoSuchUpload') throw error
    const head = (await perform(core, headObject, { ...target, signal })) as HeadObjectResult
    const { Bucket, Key } = target
    const isOurs =
      head.headers['content-length'] === String(fileSize) &&
      head.ETag.indexOf(`-${Parts.length}"`) > 0
    if (!isOurs) throw error
    return { ...head, Location: location, Bucket, Key }
  }
}
