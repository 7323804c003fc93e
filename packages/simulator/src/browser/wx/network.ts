import { WxError } from '../../wxRules/callbacks'
import { deviceProfile } from '../../wxRules/deviceProfile'
import {
  checkDomain,
  type DomainLists,
  type DownloadOptions,
  decodeText,
  encodeRequest,
  type Header,
  isRouted,
  MAX_DOWNLOAD_BYTES,
  type NetworkCall,
  type NetworkServices,
  networkTask,
  progressEvents,
  type RequestOptions,
  type RunningExchange,
  runExchange,
  TIMEOUT_MS,
  type UploadOptions,
} from '../../wxRules/network'
import { network, postToShell, settings } from '../settings'
import { bytesOfFile, phoneFiles } from './files'

const { headerName } = deviceProfile(settings.device)

/** The network of this phone. */
export interface PhoneNetwork extends NetworkServices {
  urlCheck: boolean
  domains: DomainLists
}

interface Exchange {
  name: NetworkCall
  url: string
  method: string
  header?: Header | undefined
  body?: XMLHttpRequestBodyInit | undefined
  responseType?: 'text' | 'arraybuffer' | 'blob' | undefined
  timeout?: number | undefined
  onSent?: (sent: number, total: number) => void
  onReceived?: (received: number, total: number) => void
  onHeaders?: (headers: { header: Record<string, string> }) => void
}

interface Reply {
  statusCode: number
  header: Record<string, string>
  data: unknown
}

/** `wx.request`: every HTTP status is a success; no upload progress; no PATCH. */
export function request(options: RequestOptions, phone: PhoneNetwork) {
  return networkTask('request', options, (onHeaders) => {
    const { header, responseType, timeout } = options
    const exchange: Exchange = {
      name: 'request',
      ...encodeRequest(options),
      header,
      responseType,
      timeout,
      onHeaders,
    }
    return sendExchange(exchange, phone, ({ data, ...reply }) => ({
      ...reply,
      data: responseType === 'arraybuffer' ? data : decodeText(String(data), options),
      cookies: [],
    }))
  })
}

/** `wx.uploadFile`: POST multipart/form-data only, one file; response headers only through an event. */
export function uploadFile(options: UploadOptions, phone: PhoneNetwork) {
  const { emit, ...progress } = progressEvents('totalBytesSent', 'totalBytesExpectedToSend')
  const task = networkTask('uploadFile', options, async (onHeaders) => {
    const { url, header = {}, timeout } = options
    const exchange: Exchange = {
      name: 'uploadFile',
      url,
      method: 'POST',
      // The browser sets the content type, because it chooses the boundary.
      header: Object.fromEntries(
        Object.entries(header).filter(([name]) => name.toLowerCase() !== 'content-type'),
      ),
      body: await buildForm(options),
      timeout,
      onSent: emit,
      onHeaders,
    }
    return sendExchange(exchange, phone, ({ statusCode, data }) => ({ statusCode, data }))
  })
  return { ...task, ...progress }
}

async function buildForm({ filePath, name, formData = {} }: UploadOptions): Promise<FormData> {
  const form = new FormData()
  for (const [field, value] of Object.entries(formData)) {
    if (value !== undefined) form.append(field, String(value))
  }
  const file = await phoneFiles.get(filePath, 'uploadFile')
  form.append(name, file, filePath.split('/').pop() ?? 'file')
  return form
}

/**
 * `wx.downloadFile`: GET into a file. The body of an error is written too, so apps must check the status.
 * @param findUrl looks the address up first
 */
export function downloadFile(
  options: DownloadOptions,
  phone: PhoneNetwork,
  findUrl = async () => options.url,
) {
  const { emit, ...progress } = progressEvents('totalBytesWritten', 'totalBytesExpectedToWrite')
  const task = networkTask('downloadFile', options, async (onHeaders) => {
    const url = await findUrl()
    const { header, filePath, timeout } = options
    const exchange: Exchange = {
      name: 'downloadFile',
      url,
      method: 'GET',
      header,
      responseType: 'blob',
      timeout,
      onReceived: emit,
      onHeaders,
    }
    return sendExchange(exchange, phone, async ({ data, ...reply }) => {
      const file = data as Blob
      if (file.size > MAX_DOWNLOAD_BYTES)
        throw new WxError('downloadFile:fail exceed max file size')
      if (!filePath) {
        return { ...reply, tempFilePath: await phoneFiles.add(file, new URL(url).pathname) }
      }
      await phoneFiles.put(filePath, file)
      return { ...reply, filePath }
    })
  })
  return { ...task, ...progress }
}

/**
 * Sends one HTTP request through the preview's server, which routes it.
 * @param finish converts the reply to the result passed to `success`
 */
export function sendExchange(
  exchange: Exchange,
  phone: PhoneNetwork,
  finish: (reply: Reply) => object | Promise<object>,
): RunningExchange {
  const { name, url, timeout } = exchange
  const id = crypto.randomUUID()
  const started = Date.now()
  const sent = new XMLHttpRequest()
  const report = ({ message }: Error) => reportFailure(exchange, id, started, message)
  try {
    const isRoutedUrl = settings.routed.some((key) => isRouted(new URL(url), key))
    if (phone.urlCheck && !isRoutedUrl) checkDomain(url, name, phone.domains)
  } catch (error) {
    report(error as Error)
    throw error
  }
  const running = runExchange(
    { name, timeout: timeout || TIMEOUT_MS },
    phone,
    (failed) => Promise.race([send(sent, exchange, id), failed]),
    () => sent.abort(),
  )
  running.done.catch(report)
  return { ...running, done: running.done.then(finish) }
}

/** The preview's server does not see why a phone gives a request up, nor requests that are never sent. */
function reportFailure(
  { name, method, url }: Exchange,
  id: string,
  started: number,
  failure: string,
): void {
  const { host, pathname } = URL.canParse(url) ? new URL(url) : { host: '', pathname: url }
  postToShell({
    type: 'request',
    unsent: {
      time: new Date(started).toISOString(),
      api: name,
      method,
      operation: `${method} ${host}`,
      key: pathname,
    },
    update: {
      id,
      who: settings.name,
      failure: failure.replace(/^\w+:fail /, ''),
      milliseconds: Date.now() - started,
    },
  })
}

/** Listeners for the bytes that a slow network has carried: the browser also counts bytes that the preview's server has only buffered. */
const onWire = new Map<string, (bytes: number) => void>()

export function reportSent(id: string, bytes: number): void {
  onWire.get(id)?.(bytes)
}

/** Sends one request to the preview's server; the target URL and headers are passed in two headers. */
function send(sent: XMLHttpRequest, exchange: Exchange, id: string): Promise<Reply> {
  const { name, url, method, header = {}, body, onSent, onReceived, onHeaders } = exchange
  return new Promise((resolve, reject) => {
    const fail = (text: string) => reject(new WxError(`${name}:fail ${text}`, { errno: 600001 }))
    sent.open(method, '/wx/net')
    sent.responseType = exchange.responseType ?? 'text'
    sent.setRequestHeader('x-wx-url', encodeURIComponent(url))
    sent.setRequestHeader('x-wx-id', id)
    sent.setRequestHeader('x-wx-api', name)
    sent.setRequestHeader('x-wx-network', network.profile)
    const fileBytes = body instanceof ArrayBuffer ? bytesOfFile.get(body) : undefined
    if (fileBytes !== undefined) sent.setRequestHeader('x-wx-file-bytes', String(fileBytes))
    sent.setRequestHeader('x-wx-header', encodeURIComponent(JSON.stringify(header)))
    // Upload listeners that are added after `send` are never called.
    sent.upload.onprogress = ({ loaded, total }) => {
      const report = (bytes: number) => onSent?.(Math.min(bytes, total), total)
      if (network.profile === 'wifi') report(loaded)
      else onWire.set(id, report)
    }
    sent.onloadend = () => onWire.delete(id)
    sent.onprogress = ({ loaded, total }) => onReceived?.(loaded, total)
    sent.onreadystatechange = () => {
      if (sent.readyState === XMLHttpRequest.HEADERS_RECEIVED)
        onHeaders?.({ header: readHeader(sent) })
    }
    sent.onerror = () => fail('connection failed')
    sent.onload = () => {
      const failure = sent.getResponseHeader('x-wx-fail')
      if (failure) {
        fail(decodeURIComponent(failure))
        return
      }
      reportSent(id, Number.POSITIVE_INFINITY)
      // The status of a redirect is in a header, because the browser would follow it.
      const statusCode = Number(sent.getResponseHeader('x-wx-status') ?? sent.status)
      resolve({ statusCode, header: readHeader(sent), data: sent.response })
    }
    // A browser copies a buffer to its network process while the page waits, 30 ms per megabyte. A blob is read later.
    const isBuffer = body instanceof ArrayBuffer && body.byteLength > 0
    sent.send(isBuffer ? new Blob([body]) : (body ?? null))
  })
}

/** Headers in the spelling of this client of WeChat; browsers convert them to lower case. */
function readHeader(sent: XMLHttpRequest): Record<string, string> {
  const header = sent.getResponseHeader('x-wx-header')
  const sentByServer: Record<string, string> = header ? JSON.parse(decodeURIComponent(header)) : {}
  return Object.fromEntries(
    Object.entries(sentByServer).map(([name, value]) => [headerName(name), value]),
  )
}
