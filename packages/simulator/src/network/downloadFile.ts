import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { type CallbackOptions, callBack, WxError } from '../callbacks'
import { checkDomain } from './domains'
import { headersOf, type RunningExchange, runExchange } from './exchange'
import type { NetworkOptions } from './network'
import { sentHeaders } from './request'

export interface DownloadOptions extends CallbackOptions {
  url: string
  header?: Record<string, string | number | undefined>
  filePath?: string
  timeout?: number
}

interface Progress {
  progress: number
  totalBytesWritten: number
  totalBytesExpectedToWrite: number
}

/** Larger downloads are refused (wx.downloadFile page of the WeChat documents). */
const MAX_BYTES = 200 * 1024 * 1024

export interface DownloadTask {
  abort(): void
  onProgressUpdate(listener: (progress: Progress) => void): void
  onHeadersReceived(listener: (result: { header: Record<string, string> }) => void): void
}

/** wx.downloadFile: GET into a file. The body of an error is written too: check the status. */
export function downloadFile(options: DownloadOptions, network: NetworkOptions): DownloadTask {
  const progress = new Set<(progress: Progress) => void>()
  const headers = new Set<(result: { header: Record<string, string> }) => void>()
  let running: RunningExchange<object> | undefined
  let aborted = false
  callBack(
    options,
    () => {
      if (aborted) throw new WxError('downloadFile:fail abort')
      if (network.urlCheck) checkDomain(options.url, 'downloadFile', network.domains)
      const target = options.filePath ?? network.files.newTempPath(options.url)
      const exchange = {
        api: 'downloadFile',
        url: options.url,
        method: 'GET',
        headers: sentHeaders(options.header, network),
        timeout: options.timeout || network.timeout,
        onHeaders: (response: Parameters<typeof headersOf>[0]) => {
          for (const listener of headers) listener({ header: headersOf(response) })
        },
      }
      running = runExchange<object>(exchange, network, async (response) => {
        const total = Number(response.headers['content-length'] ?? 0)
        if (total > MAX_BYTES) throw new WxError('downloadFile:fail exceed max file size')
        let written = 0
        response.on('data', (chunk: Buffer) => {
          written += chunk.length
          const told = {
            progress: total ? Math.floor((written / total) * 100) : 0,
            totalBytesWritten: written,
            totalBytesExpectedToWrite: total,
          }
          for (const listener of progress) listener(told)
        })
        await pipeline(response, createWriteStream(network.files.resolve(target)))
        return {
          statusCode: response.statusCode,
          header: headersOf(response),
          ...(options.filePath ? { filePath: target } : { tempFilePath: target }),
        }
      })
      return running.done
    },
    'downloadFile',
  )
  return {
    abort() {
      aborted = true
      running?.abort()
    },
    onProgressUpdate: (listener) => void progress.add(listener),
    onHeadersReceived: (listener) => void headers.add(listener),
  }
}
