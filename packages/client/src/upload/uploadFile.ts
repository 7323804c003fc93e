import {
  type ContentParams,
  cosError,
  type ObjectParams,
  paramHeaders,
  postObject,
  putObject,
  type ResultMeta,
  type UploadProgress,
  utf8Length,
} from '@miniprogram-cos/protocol'
import { hexMd5 } from '../hash/md5'
import { type ClientCore, perform } from '../request/perform'
import type { Params } from '../request/prepare'
import type { TaskInfo, TaskRun, TaskWork } from '../tasks/task'
import { readLocalFile, sizeOfFile } from './localFile'
import { abandonMultipart, uploadMultipart } from './multipart'
import { progressReporter } from './progress'

export interface UploadFileParams extends ObjectParams, ContentParams {
  /** A local file: from `wx.chooseMedia`, `wx.chooseMessageFile`, `wx.env.USER_DATA_PATH` … */
  FilePath: string
  /** Larger files are uploaded in parts. Bytes. @default the option SliceSize (1 MiB) */
  SliceSize?: number
  /** Bytes of a part. @default the option ChunkSize (1 MiB) */
  ChunkSize?: number
  /** Parts of this file that are sent at a time. @default the option ChunkParallelLimit (3) */
  AsyncLimit?: number | 'auto'
  onProgress?: (progress: UploadProgress) => void
  /** The task's id, for pauseTask, restartTask and cancelTask; called before anything is read. */
  onTaskReady?: (id: string) => void
  /** The task's turn has come. */
  onTaskStart?: (task: TaskInfo) => void
}

export interface UploadFileResult extends ResultMeta {
  /** `host/key`, no scheme. */
  Location: string
  /** Quoted. */
  ETag: string
  /** Set when the file went up in parts. */
  UploadId?: string
}

/** A task that uploads a local file: small ones in one request, large ones in parts. */
export function uploadFileWork(core: ClientCore, params: Params): TaskWork {
  const { SliceSize, ...rest } = params
  return {
    run: async (run) => {
      const size = await sizeOfFile(params.FilePath)
      const isLarge = size > Number(SliceSize ?? core.options.SliceSize)
      if (isLarge) return runMultipart(core, rest, size, run)
      const isForm = core.options.SimpleUploadMethod === 'postObject' && !formObstacle(params)
      // The file counts here, whatever else is given.
      return isForm
        ? sendForm(core, rest, size, run)
        : sendContent(core, { ...rest, Body: undefined }, run)
    },
    abandon: (memo) => abandonMultipart(core, params, memo),
  }
}

/**
 * A task that uploads a local file in parts, whatever its size; only an empty one is a plain object.
 * `SliceSize` is an older name of `ChunkSize` here, as in cos-wx-sdk-v5.
 */
export function sliceUploadWork(core: ClientCore, given: Params): TaskWork {
  const { SliceSize, ...params } = given
  params.ChunkSize ??= SliceSize
  return {
    run: async (run) => {
      const size = await sizeOfFile(params.FilePath)
      if (size === 0) return sendContent(core, { ...params, Body: '' }, run)
      return runMultipart(core, params, size, run)
    },
    abandon: (memo) => abandonMultipart(core, params, memo),
  }
}

/** A task that sends one form with the whole file, streamed by WeChat. */
export function postFileWork(core: ClientCore, params: Params): TaskWork {
  return {
    run: async (run) => {
      const obstacle = formObstacle(params)
      if (obstacle) {
        const message = `a form upload cannot carry ${obstacle}: use putObject or uploadFile`
        throw cosError('argument', 'KitInvalidParam', message)
      }
      return sendForm(core, params, await sizeOfFile(params.FilePath), run)
    },
    abandon: nothing,
  }
}

/** A task that makes an object from a text, a buffer or a whole file. */
export function putContentWork(core: ClientCore, params: Params): TaskWork {
  return { run: (run) => sendContent(core, params, run), abandon: nothing }
}

const nothing = () => Promise.resolve()

function runMultipart(
  core: ClientCore,
  { onProgress, ...params }: Params,
  size: number,
  { signal, memo, begin, progress }: TaskRun,
): Promise<object> {
  begin(size)
  const onLoaded = reporter(core, size, onProgress, progress)
  return uploadMultipart(core, params, size, { signal, memo, onLoaded })
}

async function sendContent(
  core: ClientCore,
  { onProgress, ...rest }: Params,
  { signal, begin, progress }: TaskRun,
): Promise<object> {
  if (rest.Body === undefined && rest.FilePath !== undefined) {
    rest.Body = await readLocalFile(rest.FilePath)
  }
  const { Body } = rest
  // The content's MD5 as metadata, for whoever reads the object later.
  if (Body && (rest.UploadAddMetaMd5 ?? core.options.UploadAddMetaMd5)) {
    rest['x-cos-meta-md5'] = hexMd5(Body as ArrayBuffer)
  }
  const total =
    typeof Body === 'string' ? utf8Length(Body) : ((Body as ArrayBuffer)?.byteLength ?? 0)
  begin(total)
  const report = reporter(core, total, onProgress, progress)
  report(0)
  const result = await perform(core, putObject, { ...rest, signal })
  report(total)
  return result
}

/** Headers that COS takes from a PUT only (document 436/14690), however they are given. */
const NOT_IN_FORMS =
  /^(?:pic-operations|x-cos-(?:forbid-overwrite|traffic-limit|mime-limit|grant-.*|server-side-encryption.*))$/i

function formObstacle(params: Params): string | undefined {
  return Object.keys(paramHeaders(params)).find((name) => NOT_IN_FORMS.test(name))
}

/** Tells the listener of the call and the task list. */
function reporter(
  { options }: ClientCore,
  total: number,
  onProgress: unknown,
  tell: (progress: UploadProgress) => void,
) {
  const listener = onProgress as UploadFileParams['onProgress']
  return progressReporter(total, options.ProgressInterval, (progress) => {
    tell(progress)
    listener?.(progress)
  })
}

async function sendForm(
  core: ClientCore,
  { onProgress, ...params }: Params,
  size: number,
  { signal, begin, progress }: TaskRun,
): Promise<object> {
  begin(size)
  const report = reporter(core, size, onProgress, progress)
  report(0)
  const result = await perform(
    core,
    postObject,
    { ...params, signal },
    {
      // WeChat counts the form around the file too.
      onSent: ({ totalBytesSent: sent = 0, totalBytesExpectedToSend: total = 0 }) =>
        report(Math.floor((sent / Math.max(total, 1)) * size)),
    },
  )
  report(size)
  return result
}
