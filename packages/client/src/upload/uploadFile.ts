import {
  type ContentParams,
  CosError,
  type ObjectParams,
  type ResultMeta,
  type UploadProgress,
} from '@miniprogram-cos/protocol'
import { type ClientCore, perform } from '../request/perform'
import type { Params } from '../request/prepare'
import { uploadMultipart } from './multipart'
import { progressReporter } from './progress'

export interface UploadFileParams extends ObjectParams, ContentParams {
  /** A local file: from `wx.chooseMedia`, `wx.chooseMessageFile`, `wx.env.USER_DATA_PATH` … */
  FilePath: string
  /** Larger files are uploaded in parts. Bytes. @default the option SliceSize (1 MiB) */
  SliceSize?: number
  /** Bytes of a part. @default the option ChunkSize (1 MiB) */
  ChunkSize?: number
  onProgress?: (progress: UploadProgress) => void
}

export interface UploadFileResult extends ResultMeta {
  /** `host/key`, no scheme. */
  Location: string
  /** Quoted. */
  ETag: string
  /** Set when the file went up in parts. */
  UploadId?: string
}

/** Uploads a local file: small ones in one request, large ones in parts. */
export async function uploadFile(core: ClientCore, params: Params): Promise<UploadFileResult> {
  const { options, platform } = core
  const path = params.FilePath
  if (typeof path !== 'string' || path === '') {
    throw new CosError({
      kind: 'argument',
      code: 'KitMissingParam',
      message: 'missing param FilePath',
    })
  }
  const size = await platform.fileSize(path).catch((cause: unknown) => {
    throw new CosError({
      kind: 'argument',
      code: 'KitFileUnreadable',
      message: `cannot read ${path}: ${(cause as Error).message}`,
      cause,
    })
  })
  const report = progressReporter(
    size,
    options.ProgressInterval,
    platform.now,
    params.onProgress as UploadFileParams['onProgress'],
  )
  const { onProgress: _, SliceSize, ...rest } = params
  if (size > Number(SliceSize ?? options.SliceSize)) {
    return uploadMultipart(core, rest, size, report)
  }
  return uploadSimple(core, rest, report, size)
}

/** One request for the whole file, streamed by WeChat or read into memory. */
export async function uploadSimple(
  core: ClientCore,
  params: Params,
  report: (loaded: number) => void,
  size: number,
): Promise<UploadFileResult> {
  report(0)
  const isForm = core.options.SimpleUploadMethod === 'postObject'
  const result = isForm
    ? await perform(core, 'postObject', params, {
        // WeChat counts the form around the file too.
        onSent: (sent, total) => report(Math.floor((sent / Math.max(total, 1)) * size)),
      })
    : await perform(core, 'putObject', {
        ...params,
        Body: await core.platform.readFile(String(params.FilePath)),
      })
  report(size)
  return result as UploadFileResult
}
