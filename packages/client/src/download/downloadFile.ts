import type { AbortSignalLike, ObjectParams, UploadProgress } from '@miniprogram-cos/protocol'
import { networkError, serviceError } from '../request/failures'
import { type ClientCore, unlessAborted } from '../request/perform'
import type { Params } from '../request/prepare'
import { progressReporter } from '../upload/progress'
import { getObjectUrl } from '../url/getObjectUrl'

export interface DownloadFileParams extends ObjectParams {
  /** Where to put it, below `wx.env.USER_DATA_PATH`. @default a temporary file */
  FilePath?: string
  /** `bytes=0-1023`: a part of the object. */
  Range?: string
  VersionId?: string
  /** Further signed parameters: `response-content-type`, `'imageMogr2/thumbnail/200x': ''` … */
  Query?: Record<string, string | number | undefined>
  onProgress?: (progress: UploadProgress) => void
}

export interface DownloadFileResult {
  statusCode: number
  headers: Record<string, string>
  /** Where the file is now. A temporary one lives until the app ends. */
  FilePath: string
}

/** Fetches an object to the phone by `wx.downloadFile`, which streams it to the disk. */
export async function downloadFile(core: ClientCore, params: Params): Promise<DownloadFileResult> {
  const { options, platform } = core
  const { FilePath, Range, VersionId, onProgress, Query, ...at } = params
  const signal = params.signal as AbortSignalLike | undefined
  const query = { ...(Query as object), ...(VersionId ? { versionId: VersionId } : {}) }
  const url = await getObjectUrl(core, { ...at, Query: query })
  let report: ((loaded: number) => void) | undefined
  const listener = onProgress as DownloadFileParams['onProgress']
  let giveUp: (() => void) | undefined
  const start = () =>
    platform
      .download({
        url,
        header: Range ? { Range: String(Range) } : {},
        filePath: FilePath as string | undefined,
        timeout: options.Timeout > 0 ? options.Timeout : undefined,
        onProgress(received, total) {
          report ??= progressReporter(total, options.ProgressInterval, platform.now, listener)
          report(received)
        },
        onStart(abort) {
          giveUp = abort
        },
      })
      .catch((failure: unknown) => {
        throw networkError(failure, { url: url.split('?')[0] as string, method: 'GET' })
      })
  const { statusCode, header, path } = await unlessAborted(signal, start, () => giveUp?.())
  const headers: Record<string, string> = {}
  for (const name of Object.keys(header)) headers[name.toLowerCase()] = header[name] as string
  if (statusCode >= 200 && statusCode < 300) return { statusCode, headers, FilePath: path }
  // WeChat puts the error's document into the file.
  const data = await platform.readFile(path).catch(() => '')
  throw serviceError({ statusCode, header, data }, headers, {
    url: url.split('?')[0] as string,
    method: 'GET',
  })
}
