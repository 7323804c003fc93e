import {
  type CallParams,
  type CosError,
  cosError,
  type MultipartListResult,
  multipartAbort,
  multipartList,
} from '@miniprogram-cos/protocol'
import { missingParam } from '../request/failures'
import { type ClientCore, perform } from '../request/perform'
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
  const { Level = 'task', Key, UploadId, AsyncLimit = 1 } = params as AbortUploadTaskParams
  const at = {
    Bucket: String(params.Bucket ?? core.options.Bucket ?? ''),
    Region: String(params.Region ?? core.options.Region ?? ''),
  }
  const uploads = await uploadsOf(core, at, { Level, Key, UploadId })
  const result: AbortUploadTaskResult = { successList: [], errorList: [] }
  const limit = Math.max(1, Number(AsyncLimit) || 1)
  await runPool(
    uploads,
    () => limit,
    async (upload) => {
      try {
        await perform(core, multipartAbort, { ...upload })
        result.successList.push(upload)
      } catch (error) {
        result.errorList.push({ ...upload, error: error as CosError })
      }
    },
  )
  return result
}

async function uploadsOf(
  core: ClientCore,
  at: { Bucket: string; Region: string },
  { Level, Key, UploadId }: AbortUploadTaskParams,
): Promise<GivenUp[]> {
  if (Level === 'task') {
    if (!Key) throw missingParam('Key')
    if (!UploadId) throw missingParam('UploadId')
    return [{ ...at, Key, UploadId }]
  }
  if (Level !== 'file' && Level !== 'bucket') {
    const message = `Level must be task, file or bucket, got ${JSON.stringify(Level)}`
    throw cosError('argument', 'KitInvalidParam', message)
  }
  if (Level === 'file' && !Key) throw missingParam('Key')
  const found: GivenUp[] = []
  let markers: Params = {}
  for (;;) {
    const page = (await perform(core, multipartList, {
      ...at,
      Prefix: Level === 'file' ? Key : '',
      ...markers,
    })) as MultipartListResult
    for (const upload of page.Upload) {
      // A prefix finds longer keys too.
      if (Level === 'bucket' || upload.Key === Key) {
        found.push({ ...at, Key: upload.Key, UploadId: upload.UploadId })
      }
    }
    if (page.IsTruncated !== 'true') return found
    markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
  }
}
