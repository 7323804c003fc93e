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
import { prepare } from '../request/prepare'
import type { Multipart, PartDone } from './multipart'

/** Headers that count when the object comes to be. */
const COMPLETE_HEADERS = /^(x-cos-(meta-.*|forbid-overwrite)|pic-operations)$/i

/** What is completed; of its params only headers count. */
type Completion = Pick<Multipart, 'core' | 'params' | 'target' | 'fileSize' | 'signal'>

/**
 * Completes an upload. When an answer was lost, the repetition finds the upload gone: then the object
 * itself tells whether the first try did it, by its size, its parts and its age.
 */
export async function completeMultipart(
  { core, params, target, fileSize, signal }: Completion,
  UploadId: string,
  Parts: PartDone[],
): Promise<MultipartCompleteResult> {
  const begun = Date.now()
  let wasLost = false
  const onRepeat = () => {
    wasLost = true
  }
  try {
    const Headers = pick(paramHeaders(params), COMPLETE_HEADERS)
    const upload = { ...target, UploadId, signal, Headers, Parts }
    return (await perform(core, multipartComplete, upload, { onRepeat })) as MultipartCompleteResult
  } catch (error) {
    if (!wasLost || !/^(NoSuchUpload|FileAlreadyExists)$/.test((error as CosError).code)) {
      throw error
    }
    const head = (await perform(core, headObject, { ...target, signal })) as HeadObjectResult
    const { date = '', 'last-modified': modified = '', 'content-length': length } = head.headers
    const { Bucket, Key } = target
    // By the server's clock alone; its dates are in whole seconds.
    const isOlder = Date.parse(date) - Date.parse(modified) > Date.now() - begun + 2000
    const isOurs =
      !isOlder && length === String(fileSize) && head.ETag.indexOf(`-${Parts.length}"`) > 0
    if (!isOurs) throw error
    const { location } = prepare(headObject, target, core)
    return { ...head, Location: location, Bucket, Key }
  }
}
