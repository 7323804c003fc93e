import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream, promises as fs } from 'node:fs'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type CallbackOptions, WxError } from '../callbacks'
import { checkDomain } from '../network'
import {
  headersOf,
  type NetworkOptions,
  type RunningExchange,
  readAll,
  runExchange,
  runTask,
} from '../node/network'
import { sentHeaders } from './request'

export interface UploadOptions extends CallbackOptions {
  url: string
  filePath: string
  name: string
  header?: Record<string, string | number | undefined>
  formData?: Record<string, unknown>
  timeout?: number
}

interface UploadProgress {
  progress: number
  totalBytesSent: number
  totalBytesExpectedToSend: number
}

export interface UploadTask {
  abort(): void
  onProgressUpdate(listener: (progress: UploadProgress) => void): void
  offProgressUpdate(listener?: (progress: UploadProgress) => void): void
  onHeadersReceived(listener: (result: { header: Record<string, string> }) => void): void
  offHeadersReceived(): void
}

/** `wx.uploadFile`: POST multipart/form-data only, one file; response headers only through an event. */
export function uploadFile(options: UploadOptions, network: NetworkOptions): UploadTask {
  const progress = new Set<(progress: UploadProgress) => void>()
  const headers = new Set<(result: { header: Record<string, string> }) => void>()
  return {
    ...runTask('uploadFile', options, () => startUpload(options, network, progress, headers)),
    onProgressUpdate: (listener) => void progress.add(listener),
    offProgressUpdate: (listener) => (listener ? void progress.delete(listener) : progress.clear()),
    onHeadersReceived: (listener) => void headers.add(listener),
    offHeadersReceived: () => headers.clear(),
  }
}

async function startUpload(
  options: UploadOptions,
  network: NetworkOptions,
  progress: Set<(progress: UploadProgress) => void>,
  headerListeners: Set<(result: { header: Record<string, string> }) => void>,
): Promise<RunningExchange<object>> {
  if (network.urlCheck) checkDomain(options.url, 'uploadFile', network.domains)
  const path = network.files.resolve(options.filePath)
  const { size } = await network.clock.during(fs.stat(path)).catch(() => {
    throw new WxError(`uploadFile:fail file not found: ${options.filePath}`)
  })
  const boundary = `----WechatMiniProgram${randomBytes(12).toString('hex')}`
  const head = Buffer.from(formHead(options, boundary, basename(path)), 'utf8')
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`, 'utf8')
  const total = head.length + size + tail.length
  const headers = sentHeaders(options.header, network)
  for (const name of Object.keys(headers)) {
    if (name.toLowerCase() === 'content-type') delete headers[name]
  }
  headers['Content-Type'] = `multipart/form-data; boundary=${boundary}`
  headers['Content-Length'] = total
  return runExchange(
    {
      api: 'uploadFile',
      url: options.url,
      method: 'POST',
      headers,
      body: Readable.from(formBody(head, path, tail)),
      timeout: options.timeout || network.timeout,
      onSent: (sent) => {
        const event = {
          progress: Math.floor((sent / total) * 100),
          totalBytesSent: sent,
          totalBytesExpectedToSend: total,
        }
        for (const listener of progress) listener(event)
      },
      onHeaders: (response) => {
        for (const listener of headerListeners) listener({ header: headersOf(response, network) })
      },
    },
    network,
    async (response) => ({
      data: (await readAll(response)).toString('utf8'),
      statusCode: response.statusCode,
    }),
  )
}

function formHead({ formData = {}, name }: UploadOptions, boundary: string, file: string): string {
  let head = ''
  for (const [field, value] of Object.entries(formData)) {
    if (value === undefined) continue
    head += `--${boundary}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${String(value)}\r\n`
  }
  const filename = file.replace(/["\r\n]/g, '_')
  return `${head}--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: application/octet-stream\r\n\r\n`
}

async function* formBody(head: Buffer, path: string, tail: Buffer): AsyncGenerator<Buffer> {
  yield head
  for await (const chunk of createReadStream(path)) yield chunk as Buffer
  yield tail
}

export interface DownloadOptions extends CallbackOptions {
  url: string
  header?: Record<string, string | number | undefined>
  filePath?: string
  timeout?: number
}

interface DownloadProgress {
  progress: number
  totalBytesWritten: number
  totalBytesExpectedToWrite: number
}

/** Size limit of a download, in bytes (wx.downloadFile page of the WeChat documents). */
const MAX_BYTES = 200 * 1024 * 1024

export interface DownloadTask {
  abort(): void
  onProgressUpdate(listener: (progress: DownloadProgress) => void): void
  onHeadersReceived(listener: (result: { header: Record<string, string> }) => void): void
}

/** `wx.downloadFile`: GET into a file. The body of an error is written too, so apps check the status. */
export function downloadFile(options: DownloadOptions, network: NetworkOptions): DownloadTask {
  const progress = new Set<(progress: DownloadProgress) => void>()
  const headers = new Set<(result: { header: Record<string, string> }) => void>()
  const start = () => {
    if (network.urlCheck) checkDomain(options.url, 'downloadFile', network.domains)
    const target = options.filePath ?? network.files.newTempPath(options.url)
    const exchange = {
      api: 'downloadFile',
      url: options.url,
      method: 'GET',
      headers: sentHeaders(options.header, network),
      timeout: options.timeout || network.timeout,
      onHeaders: (response: Parameters<typeof headersOf>[0]) => {
        for (const listener of headers) listener({ header: headersOf(response, network) })
      },
    }
    return runExchange<object>(exchange, network, async (response) => {
      const total = Number(response.headers['content-length'] ?? 0)
      if (total > MAX_BYTES) throw new WxError('downloadFile:fail exceed max file size')
      let written = 0
      response.on('data', (chunk: Buffer) => {
        written += chunk.length
        const event = {
          progress: total ? Math.floor((written / total) * 100) : 0,
          totalBytesWritten: written,
          totalBytesExpectedToWrite: total,
        }
        for (const listener of progress) listener(event)
      })
      await pipeline(response, createWriteStream(network.files.resolve(target)))
      return {
        statusCode: response.statusCode,
        header: headersOf(response, network),
        ...(options.filePath ? { filePath: target } : { tempFilePath: target }),
      }
    })
  }
  return {
    ...runTask('downloadFile', options, start),
    onProgressUpdate: (listener) => void progress.add(listener),
    onHeadersReceived: (listener) => void headers.add(listener),
  }
}
