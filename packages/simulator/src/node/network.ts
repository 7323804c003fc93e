import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream, promises as fs } from 'node:fs'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { WxError } from '../wxRules/callbacks'
import type {
  DomainLists,
  DownloadOptions,
  Header,
  NetworkCall,
  NetworkServices,
  RequestOptions,
  RunningExchange,
  UploadOptions,
} from '../wxRules/network'
import {
  checkDomain,
  decodeText,
  encodeRequest,
  MAX_DOWNLOAD_BYTES,
  networkTask,
  progressEvents,
  runExchange,
} from '../wxRules/network'
import type { FileSpace } from './files'
import type { Transfer, Wire } from './slowNetwork'

/** Maps a host to the origin that serves it; undefined sends the request to the real host. */
export type Route = (host: string) => string | undefined

/** The network of a simulated phone. */
export interface PhoneNetwork extends NetworkServices {
  route: Route
  /** The simulated connection; undefined does not limit it. */
  wire: Wire | undefined
  appid: string
  urlCheck: boolean
  domains: DomainLists
  /** Default timeout in milliseconds. */
  timeout: number
  files: FileSpace
  /** How this client of WeChat spells the name of a response header. */
  headerName: (name: string) => string
}

type SentHeaders = Record<string, string | number>

interface Exchange {
  name: NetworkCall
  url: string
  method: string
  headers: SentHeaders
  body?: Uint8Array | Readable | undefined
  timeout: number
  onSent?: (bytes: number) => void
  onHeaders: (response: IncomingMessage) => void
}

/** `wx.request`: every HTTP status is a success; no upload progress; no PATCH. */
export function request(options: RequestOptions, network: PhoneNetwork) {
  return networkTask('request', options, (onHeaders) => {
    const headers = sentHeaders(options.header, network)
    const { url, method, body } = encodeRequest({ ...options, header: headers })
    check('request', options, network)
    const isEmpty = options.data === undefined || options.data === null
    const hasBody = body !== undefined || (isEmpty && method !== 'GET' && method !== 'HEAD')
    const exchange: Exchange = {
      name: 'request',
      url,
      method,
      headers,
      body: hasBody ? toBytes(body ?? '') : undefined,
      timeout: options.timeout || network.timeout,
      onHeaders: (response) =>
        onHeaders({ header: readHeaders(response, network), statusCode: response.statusCode }),
    }
    return exchangeOverWire(exchange, network, async (response) => {
      const bytes = await readAll(response)
      return {
        data:
          options.responseType === 'arraybuffer'
            ? bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
            : decodeText(bytes.toString('utf8'), options),
        statusCode: response.statusCode,
        header: readHeaders(response, network),
        cookies: [],
      }
    })
  })
}

/** `wx.uploadFile`: POST multipart/form-data only, one file; response headers only through an event. */
export function uploadFile(options: UploadOptions, network: PhoneNetwork) {
  const { emit, ...progress } = progressEvents('totalBytesSent', 'totalBytesExpectedToSend')
  const task = networkTask('uploadFile', options, async (onHeaders) => {
    check('uploadFile', options, network)
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
    const exchange: Exchange = {
      name: 'uploadFile',
      url: options.url,
      method: 'POST',
      headers,
      body: Readable.from(formBody(head, path, tail)),
      timeout: options.timeout || network.timeout,
      onSent: (bytes) => emit(bytes, total),
      onHeaders: (response) => onHeaders({ header: readHeaders(response, network) }),
    }
    return exchangeOverWire(exchange, network, async (response) => ({
      data: (await readAll(response)).toString('utf8'),
      statusCode: response.statusCode,
    }))
  })
  return { ...task, ...progress }
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

/** `wx.downloadFile`: GET into a file. The body of an error is written too, so apps check the status. */
export function downloadFile(options: DownloadOptions, network: PhoneNetwork) {
  const { emit, ...progress } = progressEvents('totalBytesWritten', 'totalBytesExpectedToWrite')
  const task = networkTask('downloadFile', options, (onHeaders) => {
    check('downloadFile', options, network)
    const target = options.filePath ?? network.files.newTempPath(options.url)
    const exchange: Exchange = {
      name: 'downloadFile',
      url: options.url,
      method: 'GET',
      headers: sentHeaders(options.header, network),
      timeout: options.timeout || network.timeout,
      onHeaders: (response) => onHeaders({ header: readHeaders(response, network) }),
    }
    return exchangeOverWire(exchange, network, async (response) => {
      const total = Number(response.headers['content-length'] ?? 0)
      if (total > MAX_DOWNLOAD_BYTES) throw new WxError('downloadFile:fail exceed max file size')
      let written = 0
      response.on('data', (chunk: Buffer) => {
        written += chunk.length
        emit(written, total)
      })
      await pipeline(response, createWriteStream(network.files.resolve(target)))
      return {
        statusCode: response.statusCode,
        header: readHeaders(response, network),
        ...(options.filePath ? { filePath: target } : { tempFilePath: target }),
      }
    })
  })
  return { ...task, ...progress }
}

function check(name: NetworkCall, { url }: { url: string }, network: PhoneNetwork): void {
  if (network.urlCheck) checkDomain(url, name, network.domains)
}

const toBytes = (body: string | ArrayBuffer) =>
  typeof body === 'string' ? Buffer.from(body, 'utf8') : Buffer.from(new Uint8Array(body))

/** The app cannot set Referer, and a content type is always sent (network page of the WeChat documents). */
export function sentHeaders(header: Header = {}, { appid }: { appid: string }): SentHeaders {
  const headers: SentHeaders = {}
  for (const [name, value] of Object.entries(header)) {
    const lower = name.toLowerCase()
    if (value === undefined || lower === 'referer' || lower === 'content-length') continue
    headers[name] = value
  }
  if (!Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')) {
    headers['content-type'] = 'application/json'
  }
  headers.Referer = `https://servicewechat.com/${appid}/devtools/page-frame.html`
  return headers
}

/** Sends one HTTP request over the simulated connection and passes the response to `receive`. */
function exchangeOverWire(
  exchange: Exchange,
  network: PhoneNetwork,
  receive: (response: IncomingMessage) => Promise<object>,
): RunningExchange {
  const { name, url, method, body } = exchange
  const { clock, wire, route } = network
  const failure = (error: Error) =>
    error instanceof WxError
      ? error
      : new WxError(`${name}:fail ${error.message}`, { errno: 600001 })
  let sent: ClientRequest | undefined
  const send = async (failed: Promise<never>): Promise<object> => {
    const transfer = async (running: Transfer | undefined) => {
      if (running) await Promise.race([running.done, failed]).finally(running.cancel)
    }
    try {
      const sentBytes =
        body instanceof Uint8Array ? body.length : Number(exchange.headers['Content-Length'] ?? 0)
      await transfer(wire?.send(sentBytes, name))
      let receivedBytes = 0
      const response = new Promise<object>((resolve, reject) => {
        sent = openRequest(url, { method, headers: exchange.headers, route })
        sent.on('error', (error) => reject(failure(error)))
        sent.on('response', (message) => {
          // The Content-Length of a HEAD response describes a body that is not sent.
          receivedBytes = method === 'HEAD' ? 0 : Number(message.headers['content-length'] ?? 0)
          exchange.onHeaders(message)
          receive(message).then(resolve, (error: Error) => reject(failure(error)))
        })
        sendBody(sent, exchange)
      })
      response.catch(() => {})
      const result = await clock.during(Promise.race([response, failed]))
      await transfer(wire?.receive(receivedBytes, name))
      return result
    } finally {
      // Answered before the body was sent completely. If the file changes, the rest may be shorter than announced, and
      // the server would read the next request of the connection as its end.
      if (!sent?.writableFinished) sent?.destroy()
    }
  }
  return runExchange(exchange, network, send, () => sent?.destroy())
}

/**
 * Opens a request to the origin that its host is routed to. Its path is exactly what the app wrote, because it is
 * signed; only characters that HTTP does not allow, such as Chinese, are escaped.
 */
export function openRequest(
  url: string,
  {
    method,
    headers = {},
    route,
  }: { method?: string | undefined; headers?: SentHeaders; route: Route },
): ClientRequest {
  const target = new URL(url)
  const origin = new URL(route(target.host) ?? target.origin)
  const open = origin.protocol === 'https:' ? httpsRequest : httpRequest
  const path = (url.slice(target.origin.length).split('#')[0] ?? '').replace(
    /[^\x21-\x7e]+/g,
    encodeURIComponent,
  )
  return open({
    host: origin.hostname,
    port: origin.port,
    ...(method === undefined ? {} : { method }),
    path: path.startsWith('/') ? path : `/${path}`,
    headers: { ...encodeHeaders(headers), Host: target.host },
    setHost: false,
  })
}

/** Phones send header values as UTF-8, Node as Latin-1. */
function encodeHeaders(headers: SentHeaders): SentHeaders {
  const encoded: SentHeaders = {}
  for (const [name, value] of Object.entries(headers)) {
    encoded[name] = Buffer.from(String(value), 'utf8').toString('latin1')
  }
  return encoded
}

function sendBody(sent: ClientRequest, { body, onSent }: Exchange): void {
  if (body === undefined) {
    sent.end()
    return
  }
  if (body instanceof Uint8Array) {
    sent.end(body, () => onSent?.(body.length))
    return
  }
  let bytes = 0
  body.on('data', (chunk: Buffer) => {
    if (!sent.write(chunk)) {
      body.pause()
      sent.once('drain', () => body.resume())
    }
    bytes += chunk.length
    onSent?.(bytes)
  })
  body.on('end', () => sent.end())
  body.on('error', (error) => sent.destroy(error))
  sent.on('close', () => body.destroy())
}

export async function readAll(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Response headers in the spelling of a client of WeChat. @param profile default: the server's spelling */
export function readHeaders(
  response: IncomingMessage,
  { headerName }: Pick<PhoneNetwork, 'headerName'> = { headerName: (name) => name },
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let i = 0; i < response.rawHeaders.length; i += 2) {
    const name = headerName(response.rawHeaders[i] as string)
    const value = Buffer.from(response.rawHeaders[i + 1] as string, 'latin1').toString('utf8')
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`
  }
  return headers
}
