import {
  argumentError,
  type CallParams,
  type CosError,
  multipartAbort,
  multipartList,
} from '@miniprogram-cos/protocol'
import { runPool } from '../concurrency'
import { asCosError, missingParam } from '../request/errors'
import { type ClientCore, execute } from '../request/execute'

export interface AbortUploadTaskParams extends CallParams {
  Bucket?: string
  Region?: string
  /** Aborts one upload, all uploads of a key, or all uploads of the bucket. @default 'task' */
  Level?: 'task' | 'file' | 'bucket'
  /** Required for the levels task and file. */
  Key?: string
  /** Required for the level task. */
  UploadId?: string
  /** Concurrent requests. @default 1 */
  AsyncLimit?: number
}

interface AbortedUpload {
  Bucket: string
  Region: string
  Key: string
  UploadId: string
}

export interface AbortUploadTaskResult {
  successList: AbortedUpload[]
  /** Uploads that could not be aborted, each with its `error`. */
  errorList: (AbortedUpload & { error: CosError })[]
}

/** Aborts uploads in progress and frees their parts. */
export async function abortUploadTask(
  core: ClientCore,
  params: AbortUploadTaskParams,
): Promise<AbortUploadTaskResult> {
  const { options } = core
  const { Level = 'task', Key = '', UploadId = '', AsyncLimit } = params
  const bucket = {
    Bucket: String(params.Bucket || options.Bucket || ''),
    Region: String(params.Region || options.Region || ''),
  }
  if (Level !== 'task' && Level !== 'file' && Level !== 'bucket') {
    throw argumentError('KitInvalidParam', 'Level must be task, file or bucket', Level)
  }
  if (Level !== 'bucket' && !Key) throw missingParam('Key')
  if (Level === 'task' && !UploadId) throw missingParam('UploadId')
  const uploads: AbortedUpload[] = []
  if (Level === 'task') uploads.push({ ...bucket, Key, UploadId })
  else {
    const Prefix = Level === 'file' ? Key : ''
    let isMore = true
    for (let markers = {}; isMore; ) {
      const page = await execute(core, multipartList, { ...bucket, Prefix, ...markers })
      for (const { Key: uploadKey, UploadId: id } of page.Upload) {
        // The prefix matches longer keys too.
        if (!Prefix || uploadKey === Key) uploads.push({ ...bucket, Key: uploadKey, UploadId: id })
      }
      isMore = page.IsTruncated === 'true'
      markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
    }
  }
  const result: AbortUploadTaskResult = { successList: [], errorList: [] }
  const free = async (upload: AbortedUpload) => {
    try {
      await execute(core, multipartAbort, upload)
      result.successList.push(upload)
    } catch (error) {
      result.errorList.push({ ...upload, error: asCosError(error) })
    }
  }
  const limit = Math.max(1, Number(AsyncLimit) || 1)
  await runPool(uploads, () => limit, free)
  return result
}
