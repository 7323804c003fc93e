import type { ObjectParams, UploadProgress } from '@miniprogram-cos/protocol'
import type { ClientCore } from './core'
import { progressReporter } from './events'
import { pick } from './pick'
import { isForeign, notCosError, serviceError } from './request/errors'
import { transfer } from './request/send'
import { getObjectUrl } from './url'
import { readFile } from './wx/files'

export interface DownloadFileParams extends ObjectParams {
  /** Where to put it, below `wx.env.USER_DATA_PATH`. @default a temporary file */
  FilePath?: string
  /** `bytes=0-1023`: a part of the object. */
  Range?: string
  /** A version of the object. @default the latest */
  VersionId?: string
  /** Further signed parameters: `response-content-type`, `'imageMogr2/thumbnail/200x': ''` … */
  Query?: Record<string, string | number | undefined>
  /** Called as often as the option ProgressInterval says. */
  onProgress?: (progress: UploadProgress) => void
}

export interface DownloadFileResult {
  statusCode: number
  headers: Record<string, string>
  /** Where the file is now. A temporary one lives until the app ends. */
  FilePath: string
}

/** Fetches an object to the phone by `wx.downloadFile`, which streams it to the disk. */
export async function downloadFile(
  core: ClientCore,
  params: DownloadFileParams,
): Promise<DownloadFileResult> {
  const { FilePath: filePath, Range, VersionId: versionId, onProgress, signal, ...at } = params
  const query = pick({ ...at.Query, versionId: versionId || undefined })
  const url = await getObjectUrl(core, { ...at, Query: query }, true)
  const sent = { url: url.split('?')[0] || '', method: 'GET' }
  const { ProgressInterval, Timeout } = core.options
  let report: ((loaded: number) => void) | undefined
  const reply = await transfer(
    'downloadFile',
    {
      url,
      header: pick({ Range }),
      ...pick({ filePath: filePath || undefined }),
      timeout: Timeout || undefined,
    },
    sent,
    signal,
    ({ totalBytesWritten = 0, totalBytesExpectedToWrite = 0 }) => {
      report ??= progressReporter(totalBytesExpectedToWrite, ProgressInterval, onProgress)
      report(totalBytesWritten)
    },
  )
  const { statusCode, headers } = reply
  const FilePath = reply.filePath ?? reply.tempFilePath ?? ''
  if (statusCode >= 200 && statusCode < 300) {
    if (isForeign(reply)) throw notCosError(reply, sent)
    return { statusCode, headers, FilePath }
  }
  // WeChat puts the error's document into the file.
  const data = await readFile(FilePath).catch(() => '')
  throw serviceError({ ...reply, data }, sent)
}
