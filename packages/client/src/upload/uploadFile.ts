import {
  type ContentParams,
  type CosError,
  cosError,
  type HeadObjectResult,
  headObject,
  type ObjectParams,
  type PostObjectResult,
  paramHeaders,
  postObject,
  putObject,
  type ResultMeta,
  type UploadProgress,
  utf8Length,
} from '@miniprogram-cos/protocol'
import type { ClientCore } from '../core'
import { hexMd5 } from '../hash/md5'
import { notCosError } from '../request/failures'
import { perform } from '../request/perform'
import { formKey, type Params } from '../request/prepare'
import type { TaskRun, TaskWork } from '../tasks/task'
import type { TaskInfo } from '../tasks/taskInfo'
import { wxSlots } from '../wx/wxSlots'
import { readLocalFile, sizeOfFile } from './localFile'
import { progressReporter } from './progress'
import { uploadMultipart } from './uploadMultipart'

export interface UploadFileParams extends ObjectParams, ContentParams {
  /** A local file: from `wx.chooseMedia`, `wx.chooseMessageFile`, `wx.env.USER_DATA_PATH` … */
  FilePath: string
  /** Larger files are uploaded in parts. Bytes. @default the option SliceSize (1 MiB) */
  SliceSize?: number
  /** Bytes of a part. @default the option ChunkSize (1 MiB) */
  ChunkSize?: number
  /** Parts of this file that are sent at a time. @default the option ChunkParallelLimit (3) */
  AsyncLimit?: number | 'auto'
  /** Called as often as the option ProgressInterval says. */
  onProgress?: (progress: UploadProgress) => void
  /**
   * How much of the file has been compared with what was sent of it before: an upload is gone on with only
   * when it is of the same content. Not called when nothing was begun before.
   */
  onHashProgress?: (progress: UploadProgress) => void
  /** The task's id, for pauseTask, restartTask and cancelTask; called before anything is read. */
  onTaskReady?: (id: string) => void
  /** The task's turn has come. */
  onTaskStart?: (task: TaskInfo) => void
  /** uploadFile and uploadFiles: it has ended, well or not; once more when restarted after a failure. */
  onFileFinish?: (error: CosError | null, data: object | undefined, options: FileOptions) => void
}

/** Which file an outcome is of: its task, and the plain params it was given. */
export interface FileOptions {
  /** Its place in the files of uploadFiles. */
  Index: number
  TaskId: string
  [param: string]: unknown
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
export const uploadFileWork: TaskWork = async (core, params, run) => {
  const { SliceSize, ...rest } = params
  const size = await sizeOfFile(params.FilePath)
  if (size > Number(SliceSize ?? core.options.SliceSize)) return inParts(core, rest, run, size)
  const isForm = core.options.SimpleUploadMethod === 'postObject' && !formObstacle(params)
  // The file counts here, whatever else is given.
  return isForm
    ? sendForm(core, rest, run, size)
    : putContentWork(core, { ...rest, Body: undefined }, run)
}

/**
 * Uploads a local file in parts, whatever its size; only an empty one is a plain object. `SliceSize` is an
 * older name of `ChunkSize` here, as in cos-wx-sdk-v5.
 */
export const sliceUploadWork: TaskWork = async (core, { SliceSize, ...params }, run) => {
  const size = await sizeOfFile(params.FilePath)
  return size
    ? inParts(core, { ...params, ChunkSize: params.ChunkSize || SliceSize }, run, size)
    : putContentWork(core, { ...params, Body: '' }, run)
}

/** Sends one form with the whole file, streamed by WeChat. */
export const postFileWork: TaskWork = async (core, params, run) => {
  const obstacle = formObstacle(params)
  if (obstacle) {
    const message = `a form upload cannot carry ${obstacle}: use putObject or uploadFile`
    throw cosError('argument', 'KitInvalidParam', message)
  }
  return sendForm(core, params, run, await sizeOfFile(params.FilePath))
}

/** Makes an object from a text, a buffer or a whole file. */
export const putContentWork: TaskWork = async (core, params, run) => {
  const { FilePath, UploadAddMetaMd5 } = params
  // A file is read when it may go out, not before.
  return wxSlots().uploads.run(async () => {
    const Body = (
      params.Body === undefined && FilePath !== undefined
        ? await readLocalFile(FilePath)
        : params.Body
    ) as string | ArrayBuffer | undefined
    const content: Params = { ...params, Body, signal: run.signal }
    // The content's MD5 as metadata, for whoever reads the object later.
    if (Body && (UploadAddMetaMd5 ?? core.options.UploadAddMetaMd5))
      content['x-cos-meta-md5'] = hexMd5(Body)
    const size = typeof Body === 'string' ? utf8Length(Body) : Body?.byteLength || 0
    const report = reporter(core, params, run, size)
    report(0)
    const result = await perform(core, putObject, content)
    report(size)
    return result
  })
}

function inParts(core: ClientCore, params: Params, run: TaskRun, size: number): Promise<object> {
  const { signal, memo } = run
  const onLoaded = reporter(core, params, run, size)
  const { onHashProgress } = params as Partial<UploadFileParams>
  const onHashed = progressReporter(size, core.options.ProgressInterval, (progress) => {
    run.hash(progress)
    return onHashProgress?.(progress)
  })
  return uploadMultipart(core, params, size, { signal, memo, onLoaded, onHashed })
}

async function sendForm(
  core: ClientCore,
  params: Params,
  run: TaskRun,
  size: number,
): Promise<object> {
  const report = reporter(core, params, run, size)
  report(0)
  const form = { ...params, signal: run.signal }
  const result = (await wxSlots().uploads.run(() =>
    perform(core, postObject, form, {
      // WeChat counts the form around the file too.
      onSent: ({ totalBytesSent: sent = 0, totalBytesExpectedToSend: total = 0 }) =>
        report(Math.floor((sent / Math.max(total, 1)) * size)),
    }),
  )) as PostObjectResult
  report(size)
  if (Object.keys(result.headers).length > 0) return result
  return { ...result, ...(await confirmUpload(core, params, run, size, result)) }
}

/**
 * Asks COS for an object whose upload was answered without any header, as some phones give it: that answer may be
 * anybody's. Whoever may write, but not read, hears so from COS itself, and has to do with that.
 */
async function confirmUpload(
  core: ClientCore,
  params: Params,
  { signal }: TaskRun,
  size: number,
  answer: ResultMeta,
): Promise<object> {
  const { Bucket, Region, Key } = params
  const target = { Bucket, Region, Key: formKey(String(Key), params.FilePath), signal }
  try {
    const head = (await perform(core, headObject, target)) as HeadObjectResult
    if (head.headers['content-length'] === String(size)) return { ETag: head.ETag }
  } catch (error) {
    const { statusCode } = error as CosError
    if (statusCode === 403) return {}
    if (statusCode !== 404) throw error
  }
  throw notCosError(answer, { method: 'POST', url: core.options.Domain || String(Bucket) })
}

/** Headers that COS takes from a PUT only (document 436/14690), however they are given. */
const NOT_IN_FORMS =
  /^(pic-operations|x-cos-(forbid-overwrite|traffic-limit|mime-limit|grant-.*|server-side-encryption.*))$/i

const formObstacle = (params: Params) =>
  Object.keys(paramHeaders(params)).find((name) => NOT_IN_FORMS.test(name))

/** Tells the listener of the call and the task list. */
function reporter(
  { options }: ClientCore,
  params: Params,
  { begin, progress: tell }: TaskRun,
  size: number,
) {
  begin(size)
  const { onProgress } = params as Partial<UploadFileParams>
  return progressReporter(size, options.ProgressInterval, (progress) => {
    tell(progress)
    return onProgress?.(progress)
  })
}
