import {
  type AbortSignalLike,
  argumentError,
  type ContentParams,
  type CosError,
  type ObjectParams,
  paramHeaders,
  postObject,
  putObject,
  type ResultMeta,
  type UploadProgress,
  utf8Length,
} from '@miniprogram-cos/protocol'
import { unlessAborted } from '../concurrency'
import type { ConfirmedUpload } from '../credentials/confirm'
import { type Callback, callApp } from '../events'
import { hexOf } from '../hash'
import { loadIntegrity } from '../lazy/integrity'
import { loadUploads } from '../lazy/uploads'
import { pick } from '../options'
import { missingParam } from '../request/errors'
import { type ClientCore, execute } from '../request/execute'
import { fileDigest, fileSize, readLocalFile } from '../wx/files'
import { wxSlots } from '../wx/transfer'
import {
  type TaskInfo,
  type TaskRun,
  taskReporter,
  type UploadTaskParams,
  type UploadWork,
} from './task'

export interface UploadFileParams extends ObjectParams, ContentParams {
  /** A local file: from `wx.chooseMedia`, `wx.chooseMessageFile`, `wx.env.USER_DATA_PATH` … */
  FilePath: string
  /** Larger files are uploaded in parts. Bytes. @default the option SliceSize (1 MiB) */
  SliceSize?: number
  /** Bytes of a part. @default the option ChunkSize (1 MiB) */
  ChunkSize?: number
  /** Parts of this file that are sent at a time. @default the option ChunkParallelLimit (3) */
  AsyncLimit?: number | 'auto'
  /**
   * uploadFile and uploadFiles: makes another file of it, which is uploaded instead, when its turn has come and before
   * anything is read: `prepareUpload` of `miniprogram-cos/prepare`. A failure fails the upload.
   * @default the file as it is
   */
  prepare?: PrepareUpload
  /** Called as often as the option ProgressInterval says. */
  onProgress?: (progress: UploadProgress) => void
  /**
   * Progress of comparing the file with the parts of an earlier upload, which is resumed only if the content is the
   * same. Not called if there is no earlier upload.
   */
  onHashProgress?: (progress: UploadProgress) => void
  /** The task's id, for pauseTask, restartTask and cancelTask; called before anything is read. */
  onTaskReady?: (id: string) => void
  /** The task has started. */
  onTaskStart?: (task: TaskInfo) => void
  /** uploadFile and uploadFiles: called when the upload succeeds or fails, and again after a restart. */
  onFileFinish?: (error: CosError | null, data: object | undefined, options: FileOptions) => void
}

/** Makes the file to upload of a chosen one. It should end when the signal fires: its result is not used then. */
export type PrepareUpload = (file: {
  FilePath: string
  signal: AbortSignalLike
}) => Promise<PreparedContent> | PreparedContent

/** Params that replace those of the call. */
export interface PreparedContent {
  FilePath: string
  /** @default that of the call */
  ContentType?: string
}

/** Identifies a file: its task and its scalar params. */
export interface FileOptions {
  /** Its place in the files of uploadFiles. */
  Index: number
  TaskId: string
  [param: string]: unknown
}

export interface UploadFileResult<Confirm = unknown> extends ResultMeta, ConfirmedUpload<Confirm> {
  /** `host/key`, no scheme. */
  Location: string
  /** Quoted. */
  ETag: string
  /** Set if the file was uploaded in parts. */
  UploadId?: string
}

export interface UploadFilesParams {
  /** Params of uploadFile, one for each file. */
  files: UploadFileParams[]
  /** Default for all files. */
  SliceSize?: number
  /** Progress of all files together. */
  onProgress?: (progress: UploadProgress) => void
  /** Called when a file succeeds or fails, and again after its task is restarted. */
  onFileFinish?: (error: CosError | null, data: object | undefined, options: FileOptions) => void
}

export interface UploadFilesResult {
  /** In the order they were given; `error` is null for those that were uploaded. */
  files: { options: FileOptions; error: CosError | null; data?: object }[]
}

/** Uploads a local file: small ones in one request, large ones in parts. */
export const uploadFileWork: UploadWork = async (core, given, run) => {
  const params = await prepared(given, run)
  const size = await fileSize(params.FilePath)
  if (size > Number(params.SliceSize ?? core.options.SliceSize))
    return loadUploads().uploadInParts(core, params, run, size)
  const isForm = core.options.SimpleUploadMethod === 'postObject' && !formObstacle(params)
  if (isForm) return sendForm(core, params, run, size)
  // FilePath wins over a Body.
  return putContentWork(core, { ...params, Body: undefined }, run)
}

/** The params of a file after its `prepare`: once a task, so that an upload is resumed with the same content. */
async function prepared(
  params: UploadTaskParams,
  { signal, memo }: TaskRun,
): Promise<UploadTaskParams> {
  const { prepare, FilePath } = params
  if (prepare && !memo.prepared) {
    memo.prepared = await unlessAborted(signal, async () => ({
      // Without a file the upload fails, and the key stays: JavaScript may return anything.
      FilePath: '',
      ...((await prepare({ FilePath, signal })) as Partial<PreparedContent>),
      Key: params.Key,
    }))
  }
  return { ...params, ...memo.prepared }
}

/**
 * Uploads a local file in parts, whatever its size; only an empty one is a plain object. `SliceSize` is an older name
 * of `ChunkSize` here, as in cos-wx-sdk-v5.
 */
export const sliceUploadWork: UploadWork = async (core, { SliceSize = 0, ...rest }, run) => {
  const size = await fileSize(rest.FilePath)
  return size
    ? loadUploads().uploadInParts(
        core,
        { ...rest, ChunkSize: rest.ChunkSize || SliceSize },
        run,
        size,
      )
    : putContentWork(core, { ...rest, Body: '' }, run)
}

/** Sends one form with the whole file, streamed by WeChat. */
export const postFileWork: UploadWork = async (core, params, run) => {
  const obstacle = formObstacle(params)
  if (obstacle) {
    const message = `a form cannot carry ${obstacle}: use putObject or uploadFile`
    throw argumentError('KitInvalidParam', message)
  }
  return sendForm(core, params, run, await fileSize(params.FilePath))
}

/** Creates an object from a text, a buffer or a whole file. */
export const putContentWork: UploadWork = (core, params, run) =>
  // A file is read only when it can be sent.
  wxSlots().uploads.run(async () => {
    const { FilePath, UploadAddMetaMd5 = core.options.UploadAddMetaMd5, ...rest } = params
    let { Body } = params
    const isFile = Body === undefined && FilePath !== undefined
    if (isFile) Body = await readLocalFile(FilePath)
    // The content's MD5 as metadata, for whoever reads the object later.
    const metadata =
      Body && UploadAddMetaMd5
        ? { 'x-cos-meta-md5': hexOf(await loadIntegrity().md5InTurns(Body)) }
        : {}
    const size = (Body && (typeof Body === 'string' ? utf8Length(Body) : Body.byteLength)) || 0
    const report = taskReporter(core, params, run, size)
    report(0)
    const content = { ...rest, ...pick({ FilePath, Body }), ...metadata, signal: run.signal }
    // With the option, `execute` compares what it sends.
    const verify = isFile && !core.options.VerifyUpload && fileVerifier(core, FilePath)
    const result = await execute(core, putObject, content)
    const verifying = verify && !formObstacle(params) && verify(result.headers)
    if (verifying) await verifying
    report(size)
    return result
  })

async function sendForm(
  core: ClientCore,
  params: UploadTaskParams,
  run: TaskRun,
  size: number,
): Promise<object> {
  const report = taskReporter(core, params, run, size)
  report(0)
  const form = { ...params, signal: run.signal }
  let verify: FileVerifier | undefined
  const result = await wxSlots().uploads.run(() => {
    verify = fileVerifier(core, params.FilePath)
    return execute(core, postObject, form, {
      // WeChat counts the form around the file too.
      onProgress: ({ totalBytesSent: sent = 0, totalBytesExpectedToSend: total = 0 }) =>
        report(Math.floor((sent / Math.max(total, 1)) * size)),
    })
  })
  const isHidden = Object.keys(result.headers).length === 0
  const head = isHidden && (await loadUploads().confirmByHead(core, form, size, result))
  const verifying = verify && verify((head || result).headers)
  if (verifying) await verifying
  report(size)
  return head ? { ...result, ETag: head.ETag } : result
}

/** Compares a file with the headers of COS's answer. @throws CosError `KitContentMismatch` */
type FileVerifier = (headers: Record<string, string>) => Promise<void> | undefined

/** Begins to compare a file that is sent whole: the system computes its MD5 meanwhile. */
function fileVerifier(
  { options: { VerifyUpload } }: ClientCore,
  FilePath: string,
): FileVerifier | undefined {
  if (VerifyUpload === false) return undefined
  let native: string | undefined
  const digest = fileDigest(FilePath).then(
    (found) => {
      native = found
    },
    () => {},
  )
  // The usual end takes no time.
  return (headers) => {
    const { etag = '' } = headers
    const isSame = () => etag === `"${native}"`
    // Any other length is no MD5.
    if (isSame() || etag.length !== 34) return undefined
    return digest.then(() =>
      isSame() || !(native || VerifyUpload)
        ? undefined
        : loadUploads().compareFile(FilePath, VerifyUpload, headers),
    )
  }
}

/** Headers that COS accepts from a PUT only (document 436/14690), however they are given. */
const NOT_IN_FORMS =
  /^(pic-operations|x-cos-(forbid-overwrite|traffic-limit|mime-limit|grant-.*|server-side-encryption.*))$/i

const formObstacle = (params: object) =>
  Object.keys(paramHeaders(params)).find((name) => NOT_IN_FORMS.test(name))

/** Starts an upload; the callback is called at each of its ends. */
export type StartUpload = (params: UploadTaskParams, callback: Callback<object>) => unknown

type Outcome = UploadFilesResult['files'][number]

/**
 * Uploads one file.
 *
 * @param onEnd called each time that it ends, with the options by which a listener can tell the file
 * @returns its first end; a file that is restarted after a failure ends once more
 */
export function uploadFile(
  file: UploadFileParams,
  Index: number,
  start: StartUpload,
  onEnd?: UploadFilesParams['onFileFinish'],
): Promise<Outcome> {
  const options: FileOptions = { Index, TaskId: '', ...scalars(file) }
  const onTaskReady = (id: string) => {
    options.TaskId = id
    return file.onTaskReady && file.onTaskReady(id)
  }
  return new Promise((resolve) => {
    start({ ...file, onTaskReady }, (error, data) => {
      for (const listener of [file.onFileFinish, onEnd]) {
        if (listener) callApp(() => listener(error, data, options))
      }
      resolve({ options, error, ...(data && { data }) })
    })
  })
}

/** Uploads files, each by uploadFile. A file that fails does not fail the others. */
export async function uploadFiles(
  { files, SliceSize, onProgress, onFileFinish }: UploadFilesParams,
  start: StartUpload,
): Promise<UploadFilesResult> {
  if (!Array.isArray(files)) throw missingParam('files')
  const all = { loaded: 0, total: 0, speed: 0, percent: 0 }
  const upload = (file: UploadFileParams, Index: number) => {
    let last = { loaded: 0, total: 0, speed: 0, percent: 0 }
    /** Adds what the file has advanced by since its last progress. */
    const advance = (next: UploadProgress) => {
      callApp(() => file.onProgress && file.onProgress(next))
      for (const name of ['loaded', 'total', 'speed'] as const) all[name] += next[name] - last[name]
      all.percent = Math.floor((all.loaded / (all.total || 1)) * 100) / 100
      last = next
      if (onProgress) callApp(() => onProgress({ ...all }))
    }
    const params = { ...pick({ SliceSize }), ...file, onProgress: advance }
    return uploadFile(params, Index, start, onFileFinish)
  }
  return { files: await Promise.all(files.map(upload)) }
}

/** The plain params of a file, by which a listener can tell it. */
function scalars(file: object): Record<string, unknown> {
  const own: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(file)) {
    if (typeof value !== 'function' && typeof value !== 'object') own[name] = value
  }
  return own
}
