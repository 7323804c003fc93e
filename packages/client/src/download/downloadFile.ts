import {
  type CosError,
  cosError,
  type GetObjectParams,
  type ObjectParams,
  type UploadProgress,
} from '@miniprogram-cos/protocol'
import { progressReporter } from '../callbacks'
import { pick } from '../options'
import { resolveTarget } from '../request/buildRequest'
import { asCosError, integrityError } from '../request/errors'
import type { ClientCore } from '../request/execute'
import { createCrc64, statedCrc64, statedMd5 } from '../request/integrity'
import type { SendOptions } from '../request/send'
import type { TaskInfo, TaskMemo, TaskRun } from '../tasks/task'
import { fileDigest, fileSize, readFile, readLocalFile } from '../wx/files'
import { transfer } from '../wx/transfer'
import {
  canFetchRanges,
  fetchRanges,
  type GetResult,
  getUnlessLarge,
  type RangedObject,
  RangesUnsupported,
} from './ranges'
import {
  claimPartFile,
  type DownloadTarget,
  discardUnfinished,
  findUnfinished,
  isStorageFull,
  moveFile,
  releasePartFile,
  removeUnfinished,
  saveFile,
  sizeOf,
  storeUnfinished,
  type UnfinishedDownload,
  WRITE_LIMIT,
  writeLocalFile,
} from './unfinishedDownloads'

export interface DownloadFileParams extends ObjectParams {
  /**
   * Destination below `wx.env.USER_DATA_PATH`, where WeChat stores up to 200 MB for an app. Required for downloads in
   * ranges and for resuming an interrupted download. @default a temporary file
   */
  FilePath?: string
  /** `bytes=0-1023`: a part of the object. */
  Range?: string
  /** A version of the object. @default the latest */
  VersionId?: string
  /** Further signed parameters: `response-content-type`, `'imageMogr2/thumbnail/200x': ''` … */
  Query?: Record<string, string | number | undefined>
  /** Bytes of a range; at most 16 ranges are in memory. @default the option ChunkSize (1 MiB) */
  ChunkSize?: number
  /** Concurrent ranges. @default 'auto': 2 to 8, by the measured speed */
  AsyncLimit?: number | 'auto'
  /** Keeps a download to a FilePath out of the task list. @default false */
  SkipTask?: boolean
  /** Called once per ProgressInterval (an option of the client), and at the start and the end. */
  onProgress?: (progress: UploadProgress) => void
  /** With FilePath: the task's id, for pauseTask, restartTask and cancelTask. */
  onTaskReady?: (id: string) => void
  /** With FilePath: called when the task starts. */
  onTaskStart?: (task: TaskInfo) => void
}

export interface DownloadFileResult {
  statusCode: number
  headers: Record<string, string>
  /** Path of the file. A temporary file exists until the app ends. */
  FilePath: string
}

/** A running download. */
interface Download {
  core: ClientCore
  params: DownloadFileParams
  /** The params of a request for the whole object. */
  object: GetObjectParams
  run: TaskRun
  report: (loaded: number, total: number) => void
}

/**
 * Downloads an object. With a FilePath, an object of 4 to 100 MiB is fetched in concurrent ranges into a part file next
 * to the destination, which is renamed at the end. A later attempt continues the part file, even after the app has
 * restarted. All other objects are streamed to the disk by `wx.downloadFile`.
 */
export async function downloadFile(
  core: ClientCore,
  params: DownloadFileParams,
  run: TaskRun,
): Promise<DownloadFileResult> {
  const { FilePath, onProgress, ...rest } = params
  const object: GetObjectParams = { ...rest, signal: run.signal }
  const download = { core, params, object, run, report: reporter(core, run, onProgress) }
  if (FilePath && canFetchRanges(object)) {
    const { VersionId } = params
    const target = resolveTarget({ ...object }, core.options)
    try {
      return await downloadInRanges(download, { ...target, ...pick({ VersionId }), FilePath })
    } catch (error) {
      if (!(error instanceof RangesUnsupported)) throw error
    }
  }
  // With a limit of 0, the object is streamed whatever its size.
  return (await stream(download, 0)) as DownloadFileResult
}

/** Streams an object to the disk, unless it can be fetched in ranges and has at most `maxRanged` bytes. */
async function stream(
  { core, params: { FilePath }, object, report }: Download,
  maxRanged: number,
): Promise<DownloadFileResult | RangedObject> {
  const outcome = await getUnlessLarge(core, object, maxRanged, {
    // Into a temporary file: a file at FilePath is replaced only by a complete download.
    download: downloadToFile,
    onProgress: ({ totalBytesWritten: loaded = 0, totalBytesExpectedToWrite: total = 0 }) =>
      report(loaded, total),
  })
  if ('large' in outcome) return outcome.large
  const { Body, statusCode, headers } = outcome.whole
  const path = String(Body)
  await verifyFile(core, object, path, headers)
  if (FilePath) await saveFile(path, FilePath)
  const size = Number(headers['content-length']) || 0
  report(size, size)
  return { statusCode, headers, FilePath: FilePath || path }
}

/**
 * Sends a request by wx.downloadFile. The body of the response is the path of the file or, for a failure, the error
 * document in the file. @throws CosError `KitStorageFull`, which a retry cannot resolve, or as `transfer`
 */
const downloadToFile: SendOptions['download'] = async (...request) => {
  const response = await transfer('downloadFile', ...request).catch((failure: CosError) => {
    const { message, headers, url, method, cause } = failure
    if (!isStorageFull(cause || {})) throw failure
    throw cosError('argument', 'KitStorageFull', message, pick({ headers, url, method, cause }))
  })
  const { statusCode, tempFilePath = '' } = response
  const isFailed = statusCode >= 300
  return {
    ...response,
    data: isFailed ? await readFile(tempFilePath).catch(() => '') : tempFilePath,
  }
}

/** If the object changes during the download, it is fetched again from the beginning, once. @throws CosError, RangesUnsupported */
async function downloadInRanges(
  download: Download,
  target: DownloadTarget,
): Promise<DownloadFileResult> {
  const { core, run } = download
  for (let attempt = 1; ; attempt++) {
    let unfinished = await findUnfinished(target, run.memo.download)
    if (!unfinished) {
      const outcome = await stream(download, WRITE_LIMIT)
      if ('statusCode' in outcome) return outcome
      unfinished = { ...target, ...outcome, partFile: claimPartFile(target.FilePath) }
    }
    run.memo.download = unfinished
    storeUnfinished(unfinished, core.options.UploadIdCacheLimit)
    try {
      const { statusCode, headers } = await fetchToFile(download, unfinished)
      return { statusCode, headers, FilePath: target.FilePath }
    } catch (error) {
      const isChanged = asCosError(error).code === 'PreconditionFailed'
      if (isChanged || isUseless(error)) await discardUnfinished(unfinished)
      if (!isChanged || attempt > 1) throw error
    } finally {
      releasePartFile(unfinished.partFile)
    }
  }
}

/** Whether the part file is useless after this error. After any other error the next attempt continues it. */
function isUseless(error: unknown): boolean {
  const { kind, code } = asCosError(error)
  const isFull = code === 'KitStorageFull'
  return (
    isFull || kind === 'integrity' || /^NoSuch/.test(code) || error instanceof RangesUnsupported
  )
}

/** Fetches the missing bytes of an object, verifies the file, and renames it. */
async function fetchToFile(
  { core, params, object, report }: Download,
  unfinished: UnfinishedDownload,
): Promise<GetResult> {
  const { partFile, size, ETag, FilePath, Key } = unfinished
  const { ChunkSize, AsyncLimit = 'auto' } = params
  const arrived = (await sizeOf(partFile)) || 0
  // For a complete file, the last byte is fetched to make sure that the object has not changed.
  const from = Math.min(arrived, size - 1)
  let position = from
  const result = await fetchRanges(core, {
    params: object,
    object: { ETag, size },
    from,
    partSize: Number(ChunkSize || core.options.ChunkSize),
    limit: AsyncLimit,
    onLoaded: (loaded) => report(loaded, size),
    async take(content) {
      if (position >= arrived) await writeLocalFile(partFile, position, content)
      position += content.byteLength
    },
  })
  if ((await sizeOf(partFile)) !== size) throw damaged(Key, 'size')
  const md5 = statedMd5(result.headers)
  // Phones that cannot compute the MD5 compare only the size.
  const fileMd5 = md5 && (await fileDigest(partFile).catch(() => undefined))
  if (fileMd5 && fileMd5.toLowerCase() !== md5) throw damaged(Key, 'MD5')
  await verifyFile(core, object, partFile, result.headers)
  await moveFile(partFile, FilePath)
  removeUnfinished(unfinished)
  return result
}

/** Bytes of a file that are read at a time. */
const READ_SIZE = 1024 * 1024

const damaged = (Key: string, difference: string) =>
  integrityError('KitDamagedDownload', `${Key}: the file differs from the object in ${difference}`)

/** Compares a file with the CRC64 of the object: the option VerifyDownload. @throws CosError `KitDamagedDownload` */
async function verifyFile(
  { options }: ClientCore,
  object: GetObjectParams,
  path: string,
  headers: Record<string, string>,
): Promise<void> {
  if (!options.VerifyDownload || !canFetchRanges(object)) return
  const stated = statedCrc64(headers)
  if (!stated) return
  const size = await fileSize(path)
  const { add, result } = createCrc64()
  for (let position = 0; position < size; position += READ_SIZE) {
    const length = Math.min(READ_SIZE, size - position)
    await add(await readLocalFile(path, { position, length, fileSize: size }))
  }
  if (result() !== stated) throw damaged(object.Key, 'CRC64')
}

/** Removes the part file of a cancelled download. */
export async function abortDownload({ download }: TaskMemo): Promise<void> {
  if (download) await discardUnfinished(download)
}

/** Reports progress to the listener of the call and to the task list, once the size is known. */
function reporter(
  { options }: ClientCore,
  { _begin: begin, _onProgress: updateTask }: TaskRun,
  onProgress: DownloadFileParams['onProgress'],
): Download['report'] {
  let size: number | undefined
  let report: (loaded: number) => void
  return (loaded, total) => {
    if (size !== total) {
      size = total
      begin(total)
      report = progressReporter(total, options.ProgressInterval, (progress) => {
        updateTask(progress)
        return onProgress && onProgress(progress)
      })
    }
    report(loaded)
  }
}
