import { type CallbackOptions, callBack, WxError } from '../../callbacks'
import {
  type Exchange,
  type Header,
  type NetworkServices,
  type Reply,
  type RunningExchange,
  runExchange,
} from '../network/exchange'
import { phoneFiles } from './files'

type HeaderListener = (result: { header: Record<string, string> }) => void

/** The parts in which one network call differs from the others. */
export interface NetworkCall {
  /** Creates the exchange; throws for invalid options. */
  prepare: () => Promise<Omit<Exchange, 'api' | 'onHeader'>>
  /** Converts the reply to the result passed to `success`. */
  finish: (reply: Reply) => object | Promise<object>
}

/** The task that a network call returns: it can be aborted, and reports the response headers. */
export function networkTask(
  api: Exchange['api'],
  options: CallbackOptions,
  services: NetworkServices,
  { prepare, finish }: NetworkCall,
) {
  const headers = new Set<HeaderListener>()
  let running: RunningExchange | undefined
  let isAborted = false
  const unlessAborted = () => {
    if (isAborted) throw new WxError(`${api}:fail abort`)
  }
  callBack(
    options,
    async () => {
      unlessAborted()
      const exchange = await prepare()
      unlessAborted()
      const onHeader = (header: Record<string, string>) => {
        for (const listener of headers) listener({ header })
      }
      running = runExchange({ ...exchange, api, onHeader }, services)
      return finish(await running.done)
    },
    api,
  )
  return {
    abort() {
      isAborted = true
      running?.abort()
    },
    onHeadersReceived: (listener: HeaderListener) => void headers.add(listener),
    offHeadersReceived: () => headers.clear(),
  }
}

/** Progress listeners of a transfer; `Bytes` are WeChat's names of the byte counts. */
function progressListeners<Bytes extends object>() {
  type Listener = (event: Bytes & { progress: number }) => void
  const listeners = new Set<Listener>()
  return {
    emit(done: number, total: number, bytes: Bytes) {
      const progress = Math.floor((done / Math.max(total, 1)) * 100)
      for (const listener of listeners) listener({ progress, ...bytes })
    },
    onProgressUpdate: (listener: Listener) => void listeners.add(listener),
    offProgressUpdate: () => listeners.clear(),
  }
}

export interface RequestOptions extends CallbackOptions {
  url: string
  method?: string
  data?: string | ArrayBuffer | object
  header?: Header
  timeout?: number
  dataType?: string
  responseType?: 'text' | 'arraybuffer'
}

const METHODS = new Set(['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT'])

/** `wx.request`: every HTTP status is a success; no upload progress; no PATCH. */
export function request(options: RequestOptions, services: NetworkServices) {
  return networkTask('request', options, services, {
    async prepare() {
      const method = (options.method ?? 'GET').toUpperCase()
      if (!METHODS.has(method)) throw new WxError('request:fail method is invalid')
      return {
        ...encodeData(options, method),
        method,
        header: options.header ?? {},
        responseType: options.responseType ?? 'text',
        timeout: options.timeout ?? 0,
      }
    },
    finish: (reply) => ({ ...reply, data: decodeData(reply.data, options), cookies: [] }),
  })
}

function encodeData(
  { url, data, header = {} }: RequestOptions,
  method: string,
): { url: string; body: XMLHttpRequestBodyInit | undefined } {
  if (data === undefined || data === null) return { url, body: undefined }
  if (typeof data === 'string' || data instanceof ArrayBuffer) return { url, body: data }
  const pairs = () => new URLSearchParams(data as Record<string, string>).toString()
  if (method === 'GET')
    return { url: `${url}${url.includes('?') ? '&' : '?'}${pairs()}`, body: undefined }
  const type = Object.entries(header).find(([name]) => name.toLowerCase() === 'content-type')?.[1]
  const isForm = String(type).includes('application/x-www-form-urlencoded')
  return { url, body: isForm ? pairs() : JSON.stringify(data) }
}

function decodeData(data: unknown, { responseType, dataType = 'json' }: RequestOptions): unknown {
  if (responseType === 'arraybuffer' || dataType !== 'json') return data
  try {
    return JSON.parse(String(data))
  } catch {
    return data
  }
}

export interface UploadOptions extends CallbackOptions {
  url: string
  filePath: string
  name: string
  header?: Header
  formData?: Record<string, unknown>
  timeout?: number
}

/** `wx.uploadFile`: POST multipart/form-data only, one file; response headers only through an event. */
export function uploadFile(options: UploadOptions, services: NetworkServices) {
  const { emit, ...progress } = progressListeners<{
    totalBytesSent: number
    totalBytesExpectedToSend: number
  }>()
  const task = networkTask('uploadFile', options, services, {
    prepare: async () => ({
      url: options.url,
      method: 'POST',
      header: withoutContentType(options.header),
      body: await formOf(options),
      responseType: 'text',
      timeout: options.timeout ?? 0,
      onSent: (totalBytesSent, totalBytesExpectedToSend) =>
        emit(totalBytesSent, totalBytesExpectedToSend, {
          totalBytesSent,
          totalBytesExpectedToSend,
        }),
    }),
    finish: ({ statusCode, data }) => ({ statusCode, data }),
  })
  return { ...task, ...progress }
}

async function formOf({ filePath, name, formData = {} }: UploadOptions): Promise<FormData> {
  const form = new FormData()
  for (const [field, value] of Object.entries(formData)) {
    if (value !== undefined) form.append(field, String(value))
  }
  const file = await phoneFiles.get(filePath, 'uploadFile')
  form.append(name, file, filePath.split('/').pop() ?? 'file')
  return form
}

/** The browser sets the content type, because it chooses the boundary. */
function withoutContentType(header: Header = {}): Header {
  return Object.fromEntries(
    Object.entries(header).filter(([name]) => name.toLowerCase() !== 'content-type'),
  )
}

export interface DownloadOptions extends CallbackOptions {
  /** An address that is looked up first is a function. */
  url: string | (() => Promise<string>)
  header?: Header
  filePath?: string
  timeout?: number
}

/** Size limit of a download, in bytes (wx.downloadFile page of the WeChat documents). */
const MAX_BYTES = 200 * 1024 * 1024

/** `wx.downloadFile`: GET into a file. The body of an error is written too, so apps check the status. */
export function downloadFile(options: DownloadOptions, services: NetworkServices) {
  const { emit, ...progress } = progressListeners<{
    totalBytesWritten: number
    totalBytesExpectedToWrite: number
  }>()
  let url = ''
  const task = networkTask('downloadFile', options, services, {
    async prepare() {
      url = typeof options.url === 'string' ? options.url : await options.url()
      return {
        url,
        method: 'GET',
        header: options.header ?? {},
        responseType: 'blob',
        timeout: options.timeout ?? 0,
        onReceived: (totalBytesWritten, totalBytesExpectedToWrite) =>
          emit(totalBytesWritten, totalBytesExpectedToWrite, {
            totalBytesWritten,
            totalBytesExpectedToWrite,
          }),
      }
    },
    async finish({ statusCode, header, data }) {
      const file = data as Blob
      if (file.size > MAX_BYTES) throw new WxError('downloadFile:fail exceed max file size')
      if (options.filePath) {
        await phoneFiles.put(options.filePath, file)
        return { statusCode, header, filePath: options.filePath }
      }
      const name = new URL(url).pathname
      return { statusCode, header, tempFilePath: await phoneFiles.add(file, name) }
    },
  })
  return { ...task, ...progress }
}
