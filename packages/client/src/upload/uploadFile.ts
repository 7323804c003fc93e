import {
  type ContentParams,
  CosError,
  type ObjectParams,
  type ResultMeta,
  type UploadProgress,
  utf8Length,
} from '@miniprogram-cos/protocol'
import { type ClientCore, perform } from '../request/perform'
import type { Params } from '../request/prepare'
import { readLocalFile, sizeOfFile } from './localFile'
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
  const size = await sizeOfFile(platform, params.FilePath)
  const { onProgress, SliceSize, ...rest } = params
  if (size > Number(SliceSize ?? options.SliceSize)) {
    return uploadMultipart(core, rest, size, reporter(core, size, onProgress))
  }
  if (options.SimpleUploadMethod === 'postObject' && !formObstacle(params)) {
    return sendForm(core, rest, reporter(core, size, onProgress), size)
  }
  // The file counts here, whatever else is given.
  const file = { ...rest, onProgress, Body: undefined }
  return (await putContent(core, file)) as UploadFileResult
}

/** One form with the whole file, streamed by WeChat. */
export async function postFile(core: ClientCore, params: Params): Promise<UploadFileResult> {
  const obstacle = formObstacle(params)
  if (obstacle) {
    throw new CosError({
      kind: 'argument',
      code: 'KitInvalidParam',
      message: `a form upload cannot carry ${obstacle}: use putObject or uploadFile`,
    })
  }
  const size = await sizeOfFile(core.platform, params.FilePath)
  const { onProgress, ...rest } = params
  return sendForm(core, rest, reporter(core, size, onProgress), size)
}

/** An object from a text, a buffer or a whole file. */
export async function putContent(core: ClientCore, params: Params): Promise<object> {
  const { onProgress, ...rest } = params
  if (rest.Body === undefined && rest.FilePath !== undefined) {
    rest.Body = await readLocalFile(core.platform, rest.FilePath)
  }
  const { Body } = rest
  const total =
    typeof Body === 'string' ? utf8Length(Body) : ((Body as ArrayBuffer)?.byteLength ?? 0)
  const report = reporter(core, total, onProgress)
  report(0)
  const result = await perform(core, 'putObject', rest)
  report(total)
  return result
}

/** Params that COS takes from a PUT only (document 436/14690). */
const NOT_IN_FORMS = [
  'ForbidOverwrite',
  'PicOperations',
  'TrafficLimit',
  'SSECustomerAlgorithm',
  'ServerSideEncryption',
  'GrantRead',
  'GrantFullControl',
  'GrantReadAcp',
  'GrantWriteAcp',
]

function formObstacle(params: Params): string | undefined {
  return NOT_IN_FORMS.find((name) => params[name] !== undefined)
}

function reporter({ options, platform }: ClientCore, total: number, onProgress: unknown) {
  const listener = onProgress as UploadFileParams['onProgress']
  return progressReporter(total, options.ProgressInterval, platform.now, listener)
}

async function sendForm(
  core: ClientCore,
  params: Params,
  report: (loaded: number) => void,
  size: number,
): Promise<UploadFileResult> {
  report(0)
  const result = await perform(core, 'postObject', params, {
    // WeChat counts the form around the file too.
    onSent: (sent, total) => report(Math.floor((sent / Math.max(total, 1)) * size)),
  })
  report(size)
  return result as UploadFileResult
}
