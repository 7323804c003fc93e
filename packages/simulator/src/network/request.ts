import { type CallbackOptions, WxError } from '../callbacks'
import { checkDomain } from '../network'
import { isArrayBuffer } from '../node/files'
import {
  headersOf,
  type NetworkOptions,
  type RunningExchange,
  readAll,
  runExchange,
  runTask,
} from '../node/network'

export interface RequestOptions extends CallbackOptions {
  url: string
  method?: string
  data?: string | ArrayBuffer | object
  header?: Record<string, string | number | undefined>
  timeout?: number
  dataType?: string
  responseType?: 'text' | 'arraybuffer'
}

const METHODS = new Set(['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT'])

export interface RequestTask {
  abort(): void
  onHeadersReceived(listener: (result: object) => void): void
  offHeadersReceived(listener?: (result: object) => void): void
}

/** `wx.request`: every HTTP status is a success; no upload progress; no PATCH. */
export function request(options: RequestOptions, network: NetworkOptions): RequestTask {
  const listeners = new Set<(result: object) => void>()
  return {
    ...runTask('request', options, () => start(options, network, listeners)),
    onHeadersReceived: (listener) => void listeners.add(listener),
    offHeadersReceived: (listener) =>
      listener ? void listeners.delete(listener) : listeners.clear(),
  }
}

function start(
  options: RequestOptions,
  network: NetworkOptions,
  listeners: Set<(result: object) => void>,
): RunningExchange<object> {
  const method = (options.method ?? 'GET').toUpperCase()
  if (!METHODS.has(method)) throw new WxError('request:fail method is invalid')
  if (network.urlCheck) checkDomain(options.url, 'request', network.domains)
  const headers = sentHeaders(options.header, network)
  const { url, body } = encodeData(options, method, headers)
  return runExchange(
    {
      api: 'request',
      url,
      method,
      headers,
      body,
      timeout: options.timeout || network.timeout,
      onHeaders: (response) => {
        const header = headersOf(response, network)
        for (const listener of listeners) listener({ header, statusCode: response.statusCode })
      },
    },
    network,
    async (response) => {
      const bytes = await readAll(response)
      return {
        data: decodeData(bytes, options),
        statusCode: response.statusCode,
        header: headersOf(response, network),
        cookies: [],
      }
    },
  )
}

/** The app cannot set Referer, and a content type is always sent (network page of the WeChat documents). */
export function sentHeaders(
  header: RequestOptions['header'],
  { appid }: { appid: string },
): Record<string, string | number> {
  const headers: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(header ?? {})) {
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

function encodeData(
  { url, data }: RequestOptions,
  method: string,
  headers: Record<string, string | number>,
): { url: string; body: Buffer | undefined } {
  if (data === undefined || data === null) {
    return { url, body: method === 'GET' || method === 'HEAD' ? undefined : Buffer.alloc(0) }
  }
  if (typeof data === 'string') return { url, body: Buffer.from(data, 'utf8') }
  if (isArrayBuffer(data)) return { url, body: Buffer.from(new Uint8Array(data)) }
  if (method === 'GET') {
    const query = new URLSearchParams(data as Record<string, string>).toString()
    return { url: `${url}${url.includes('?') ? '&' : '?'}${query}`, body: undefined }
  }
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1]
  const text = String(type).includes('application/x-www-form-urlencoded')
    ? new URLSearchParams(data as Record<string, string>).toString()
    : JSON.stringify(data)
  return { url, body: Buffer.from(text, 'utf8') }
}

function decodeData(bytes: Buffer, { responseType, dataType = 'json' }: RequestOptions): unknown {
  if (responseType === 'arraybuffer') {
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
  }
  const text = bytes.toString('utf8')
  if (dataType !== 'json') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
