import { type CallbackOptions, callBack, WxError } from '../../callbacks'
import { phoneFiles } from '../files/phoneFiles'
import { type Header, type NetworkServices, type RunningExchange, runExchange } from './exchange'

export interface DownloadOptions extends CallbackOptions {
  url: string
  header?: Header
  filePath?: string
  timeout?: number
}

type ProgressListener = (progress: {
  progress: number
  totalBytesWritten: number
  totalBytesExpectedToWrite: number
}) => void

type HeaderListener = (result: { header: Record<string, string> }) => void

/** Larger downloads are refused (wx.downloadFile page of the WeChat documents). */
const MAX_BYTES = 200 * 1024 * 1024

/** wx.downloadFile: GET into a file. The body of an error is written too: check the status. */
export function downloadFile(options: DownloadOptions, services: NetworkServices) {
  const progress = new Set<ProgressListener>()
  const headers = new Set<HeaderListener>()
  let running: RunningExchange | undefined
  let isAborted = false
  callBack(
    options,
    async () => {
      if (isAborted) throw new WxError('downloadFile:fail abort')
      running = runExchange(
        {
          api: 'downloadFile',
          url: options.url,
          method: 'GET',
          header: options.header ?? {},
          responseType: 'blob',
          timeout: options.timeout ?? 0,
          onReceived: (totalBytesWritten, totalBytesExpectedToWrite) => {
            const part = totalBytesWritten / Math.max(totalBytesExpectedToWrite, 1)
            const told = { totalBytesWritten, totalBytesExpectedToWrite }
            for (const listener of progress) {
              listener({ progress: Math.floor(part * 100), ...told })
            }
          },
          onHeader: (header) => {
            for (const listener of headers) listener({ header })
          },
        },
        services,
      )
      const { statusCode, header, data } = await running.done
      const file = data as Blob
      if (file.size > MAX_BYTES) throw new WxError('downloadFile:fail exceed max file size')
      if (options.filePath) {
        await phoneFiles.put(options.filePath, file)
        return { statusCode, header, filePath: options.filePath }
      }
      const name = new URL(options.url).pathname
      return { statusCode, header, tempFilePath: await phoneFiles.add(file, name) }
    },
    'downloadFile',
  )
  return {
    abort() {
      isAborted = true
      running?.abort()
    },
    onProgressUpdate: (listener: ProgressListener) => void progress.add(listener),
    offProgressUpdate: () => progress.clear(),
    onHeadersReceived: (listener: HeaderListener) => void headers.add(listener),
    offHeadersReceived: () => headers.clear(),
  }
}
