import { type CallbackOptions, WxError } from '../../callbacks'
import type { Header, NetworkServices } from './exchange'
import { networkTask } from './networkTask'

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

/** wx.request: any HTTP status is a success; no upload progress; no PATCH. */
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
