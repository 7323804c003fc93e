import { type CallbackOptions, WxError } from '../../callbacks'
import { phoneFiles } from '../files/phoneFiles'
import type { Header, NetworkServices } from './exchange'
import { networkTask, progressListeners } from './networkTask'

export interface DownloadOptions extends CallbackOptions {
  url: string
  header?: Header
  filePath?: string
  timeout?: number
}

/** Larger downloads are refused (wx.downloadFile page of the WeChat documents). */
const MAX_BYTES = 200 * 1024 * 1024

/** wx.downloadFile: GET into a file. The body of an error is written too: check the status. */
export function downloadFile(options: DownloadOptions, services: NetworkServices) {
  const { tell, ...progress } = progressListeners<{
    totalBytesWritten: number
    totalBytesExpectedToWrite: number
  }>()
  const task = networkTask('downloadFile', options, services, {
    prepare: async () => ({
      url: options.url,
      method: 'GET',
      header: options.header ?? {},
      responseType: 'blob',
      timeout: options.timeout ?? 0,
      onReceived: (totalBytesWritten, totalBytesExpectedToWrite) =>
        tell(totalBytesWritten, totalBytesExpectedToWrite, {
          totalBytesWritten,
          totalBytesExpectedToWrite,
        }),
    }),
    async finish({ statusCode, header, data }) {
      const file = data as Blob
      if (file.size > MAX_BYTES) throw new WxError('downloadFile:fail exceed max file size')
      if (options.filePath) {
        await phoneFiles.put(options.filePath, file)
        return { statusCode, header, filePath: options.filePath }
      }
      const name = new URL(options.url).pathname
      return { statusCode, header, tempFilePath: await phoneFiles.add(file, name) }
    },
  })
  return { ...task, ...progress }
}
