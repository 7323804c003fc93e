import {
  type AbortSignalLike,
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
import { type Callback, callApp } from '../callbacks'
import { unlessAborted } from '../concurrency'
import type { ConfirmedUpload } from '../credentials/callFunction'
import { hexOf } from '../hash'
import { pick } from '../options'
import { missingParam } from '../request/errors'
import { type ClientCore, execute } from '../request/execute'
import { md5InSlices } from '../request/integrity'
import {
  type TaskInfo,
  type TaskRun,
  taskReporter,
  type Uploader,
  type UploadTaskParams,
} from '../tasks/task'
import { fileDigest, fileSize, readLocalFile } from '../wx/files'
import { wxSlots } from '../wx/transfer'
import { uploadInParts } from './multipart'
import { compareFile, confirmByHead } from './verify'

export interface UploadFileParams extends ObjectParams, ContentParams {
  /** A local file: from `wx.chooseMedia`, `wx.chooseMessageFile`, `wx.env.USER_DATA_PATH` … */
  FilePath: string
  /** Files larger than this many bytes are uploaded in parts. @default the option SliceSize (1 MiB) */
  SliceSize?: number
  /** Bytes of a part. @default the option ChunkSize (1 MiB) */
  ChunkSize?: number
  /** Concurrent parts of this file. @default the option ChunkParallelLimit (3) */
  AsyncLimit?: number | 'auto'
  /**
   * Of uploadFile and uploadFiles: called when the upload starts, before the file is read. Returns the file to upload
   * instead, for example a compressed one: see `prepareUpload` of `miniprogram-cos/prepare`. If it fails, the upload fails.
   * @default uploads the file itself
   */
  prepare?: PrepareUpload
  /** Called once per ProgressInterval (an option of the client), and at the start and the end. */
  onProgress?: (progress: UploadProgress) => void
  /**
   * Called with the progress of comparing the file with the parts of an earlier upload, which is resumed only if the
   * content is the same. Not called if there is no earlier upload.
   */
  onHashProgress?: (progress: UploadProgress) => void
  /** Called with the task's id, for pauseTask, restartTask and cancelTask, before the file is read. */
  onTaskReady?: (id: string) => void
  /** Called when the task starts. */
  onTaskStart?: (task: TaskInfo) => void
  /** Of uploadFile and uploadFiles: called when the upload succeeds or fails, and again after a restart. */
  onFileFinish?: (error: CosError | null, data: object | undefined, options: FileOptions) => void
}

/** Returns the file to upload instead of the chosen one. It should stop when the signal fires: its result is ignored then. */
export type PrepareUpload = (file: {
  FilePath: string
  signal: AbortSignalLike
}) => Promise<PreparedContent> | PreparedContent

/** The result of PrepareUpload: replaces the params of the call. */
export interface PreparedContent {
  FilePath: string
  /** @default that of the call */
  ContentType?: string
}

/** Identifies a file of uploadFiles: its index, its task and its scalar params. */
export interface FileOptions {
  /** Index in the param `files`; 0 for uploadFile. */
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
  /** The params of uploadFile for each file. */
  files: UploadFileParams[]
  /** Default of SliceSize for all files. */
  SliceSize?: number
  /** Progress of all files together. */
  onProgress?: (progress: UploadProgress) => void
  /** Called when a file succeeds or fails, and again after its task is restarted. */
  onFileFinish?: (error: CosError | null, data: object | undefined, options: FileOptions) => void
}

export interface UploadFilesResult {
  /** In the order of the param `files`. `error` is null for files that were uploaded. */
  files: { options: FileOptions; error: CosError | null; data?: object }[]
}

/** Uploads a local file: small ones in one request, large ones in parts. */
export const sendFile: Uploader = async (core, callParams, run) => {
  const params = await runPrepare(callParams, run)
  const size = await fileSize(params.FilePath)
  if (size > Number(params.SliceSize ?? core.options.SliceSize))
    return uploadInParts(core, params, run, size)
  const isForm = core.options.SimpleUploadMethod === 'postObject' && !findHeaderNotInForms(params)
  if (isForm) return sendForm(core, params, run, size)
  // FilePath overrides Body.
  return sendContent(core, { ...params, Body: undefined }, run)
}

/** Runs the param `prepare`: once per task, so that a resumed upload has the same content. */
async function runPrepare(
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
 * Uploads a local file in parts, unless it is empty. `SliceSize` is an older name of `ChunkSize` here, as in
 * cos-wx-sdk-v5.
 */
export const sendInParts: Uploader = async (core, { SliceSize = 0, ...rest }, run) => {
  const size = await fileSize(rest.FilePath)
  return size
    ? uploadInParts(core, { ...rest, ChunkSize: rest.ChunkSize || SliceSize }, run, size)
    : sendContent(core, { ...rest, Body: '' }, run)
}

/** Creates an object from a text, a buffer or a whole file. */
export const sendContent: Uploader = (core, params, run) =>
  // A file is read only when it can be sent.
  wxSlots().uploads.run(async () => {
    const { FilePath, UploadAddMetaMd5 = core.options.UploadAddMetaMd5, ...rest } = params
    let { Body } = params
    const isFile = Body === undefined && FilePath !== undefined
    if (isFile) Body = await readLocalFile(FilePath)
    // Metadata by which readers can verify the object.
    const metadata =
      Body && UploadAddMetaMd5 ? { 'x-cos-meta-md5': hexOf(await md5InSlices(Body)) } : {}
    const size = (Body && (typeof Body === 'string' ? utf8Length(Body) : Body.byteLength)) || 0
    const report = taskReporter(core, params, run, size)
    report(0)
    const content = { ...rest, ...pick({ FilePath, Body }), ...metadata, signal: run.signal }
    // With VerifyUpload, `execute` compares the content.
    const verify = isFile && !core.options.VerifyUpload && fileVerifier(core, FilePath)
    const result = await execute(core, putObject, content)
    const verifying = verify && !findHeaderNotInForms(params) && verify(result.headers)
    if (verifying) await verifying
    report(size)
    return result
  })

/** Sends one form with the whole file, streamed by WeChat. */
export async function sendForm(
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
      // WeChat counts the bytes of the whole form.
      onProgress: ({ totalBytesSent: sent = 0, totalBytesExpectedToSend: total = 0 }) =>
        report(Math.floor((sent / Math.max(total, 1)) * size)),
    })
  })
  const isHidden = !Object.keys(result.headers).length
  const head = isHidden && (await confirmByHead(core, form, size, result))
  const verifying = verify && verify((head || result).headers)
  if (verifying) await verifying
  report(size)
  return head ? { ...result, ETag: head.ETag } : result
}

/** Compares a file with the headers of COS's answer. @throws CosError `KitContentMismatch` */
type FileVerifier = (headers: Record<string, string>) => Promise<void> | undefined

/** Starts to hash a file that is sent in one request; the system computes the MD5 meanwhile. */
function fileVerifier(
  { options: { VerifyUpload } }: ClientCore,
  FilePath: string,
): FileVerifier | undefined {
  if (VerifyUpload === false) return undefined
  let fileMd5: string | undefined
  const digest = fileDigest(FilePath).then(
    (md5) => {
      fileMd5 = md5
    },
    () => {},
  )
  // Usually the digest is known by now, and nothing has to be awaited.
  return (headers) => {
    const { etag = '' } = headers
    const isSame = () => etag === `"${fileMd5}"`
    // An MD5 in quotes has 34 characters.
    if (isSame() || etag.length !== 34) return undefined
    return digest.then(() =>
      isSame() || !(fileMd5 || VerifyUpload)
        ? undefined
        : compareFile(FilePath, VerifyUpload, headers),
    )
  }
}

/** Headers that COS accepts only from PUT requests (document 436/14690). */
const NOT_IN_FORMS =
  /^(pic-operations|x-cos-(forbid-overwrite|traffic-limit|mime-limit|grant-.*|server-side-encryption.*))$/i

/** The name of a header that a form cannot carry. */
export const findHeaderNotInForms = (params: object) =>
  Object.keys(paramHeaders(params)).find((name) => NOT_IN_FORMS.test(name))

/** Starts an upload; the callback is called when it ends, and again when it ends after a restart. */
export type StartUpload = (params: UploadTaskParams, callback: Callback<object>) => unknown

type Outcome = UploadFilesResult['files'][number]

/**
 * Uploads one file.
 *
 * @param onEnd called when the upload ends, and again when it ends after a restart
 * @returns the first outcome
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

/** Uploads files, each by uploadFile. The failure of a file does not affect the others. */
export async function uploadFiles(
  { files, SliceSize, onProgress, onFileFinish }: UploadFilesParams,
  start: StartUpload,
): Promise<UploadFilesResult> {
  if (!Array.isArray(files)) throw missingParam('files')
  const sum = { loaded: 0, total: 0, speed: 0, percent: 0 }
  const upload = (file: UploadFileParams, Index: number) => {
    let last = { loaded: 0, total: 0, speed: 0, percent: 0 }
    /** Adds the difference to the file's last progress. */
    const advance = (next: UploadProgress) => {
      callApp(() => file.onProgress && file.onProgress(next))
      for (const name of ['loaded', 'total', 'speed'] as const) sum[name] += next[name] - last[name]
      sum.percent = Math.floor((sum.loaded / (sum.total || 1)) * 100) / 100
      last = next
      if (onProgress) callApp(() => onProgress({ ...sum }))
    }
    const params = { ...pick({ SliceSize }), ...file, onProgress: advance }
    return uploadFile(params, Index, start, onFileFinish)
  }
  return { files: await Promise.all(files.map(upload)) }
}

/** The scalar params of a file, by which a listener can identify it. */
function scalars(file: object): Record<string, unknown> {
  const params: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(file)) {
    if (typeof value !== 'function' && typeof value !== 'object') params[name] = value
  }
  return params
}
