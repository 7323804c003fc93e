import {
  type CallParams,
  type CosError,
  cosError,
  type MultipartListResult,
  multipartAbort,
  multipartList,
} from '@miniprogram-cos/protocol'
import type { ClientCore } from '../core'
import { missingParam } from '../request/failures'
import { perform } from '../request/perform'
import type { Params } from '../request/prepare'
import { runPool } from './pool'

export interface AbortUploadTaskParams extends CallParams {
  Bucket?: string
  Region?: string
  /** What to give up: one upload, all of a key, or all of the bucket. @default 'task' */
  Level?: 'task' | 'file' | 'bucket'
  /** For the levels task and file. */
  Key?: string
  /** For the level task. */
  UploadId?: string
  /** So many at a time. @default 1 */
  AsyncLimit?: number
}

interface GivenUp {
  Bucket: string
  Region: string
  Key: string
  UploadId: string
}

export interface AbortUploadTaskResult {
  successList: GivenUp[]
  /** Those that could not be given up, each with its `error`. */
  errorList: (GivenUp & { error: CosError })[]
}

/** Gives up uploads in progress and frees their parts. */
export async function abortUploadTask(
  core: ClientCore,
  params: Params,
): Promise<AbortUploadTaskResult> {
  const { options } = core
  const { Level = 'task', Key = '', UploadId = '', AsyncLimit } = params as AbortUploadTaskParams
  const at = {
    Bucket: String(params.Bucket || options.Bucket || ''),
    Region: String(params.Region || options.Region || ''),
  }
  if (!/^(task|file|bucket)$/.test(Level)) {
    const message = `Level must be task, file or bucket, got ${JSON.stringify(Level)}`
    throw cosError('argument', 'KitInvalidParam', message)
  }
  if (Level !== 'bucket' && !Key) throw missingParam('Key')
  if (Level === 'task' && !UploadId) throw missingParam('UploadId')
  const uploads: GivenUp[] = []
  if (Level === 'task') uploads.push({ ...at, Key, UploadId })
  else {
    const Prefix = Level === 'file' ? Key : ''
    let isMore = true
    for (let markers: Params = {}; isMore; ) {
      const asked = { ...at, Prefix, ...markers }
      const page = (await perform(core, multipartList, asked)) as MultipartListResult
      for (const { Key: own, UploadId: id } of page.Upload) {
        // A prefix finds longer keys too.
        if (!Prefix || own === Key) uploads.push({ ...at, Key: own, UploadId: id })
      }
      isMore = page.IsTruncated === 'true'
      markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
    }
  }
  const result: AbortUploadTaskResult = { successList: [], errorList: [] }
  const free = async (upload: GivenUp) => {
    try {
      await perform(core, multipartAbort, { ...upload })
      result.successList.push(upload)
    } catch (error) {
      result.errorList.push({ ...upload, error: error as CosError })
    }
  }
  const limit = Math.max(1, Number(AsyncLimit) || 1)
  await runPool(uploads, () => limit, free)
  return result
}
