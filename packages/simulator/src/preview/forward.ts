import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { request as httpsRequest } from 'node:https'
import { headersOf, type Route } from '../network/exchange'
import { sentHeaders } from '../network/request'

/** Headers that belong to one connection, not to the message. */
const OWN = new Set(['connection', 'keep-alive', 'transfer-encoding', 'set-cookie'])

/** What the browser asks this server to send on. */
interface Wanted {
  url: string
  headers: Record<string, string | number>
}

/**
 * Sends a phone's request on to where its host leads, with the very headers the app gave: a browser could
 * neither set `Host` nor read a foreign answer.
 */
export function forward(
  from: IncomingMessage,
  to: ServerResponse,
  { appid, route }: { appid: string; route: Route },
): void {
  const fail = (error: Error) => {
    if (to.headersSent) to.destroy()
    else to.writeHead(502, { 'x-wx-fail': encodeURIComponent(error.message) }).end()
  }
  let sent: ClientRequest
  try {
    sent = open(wantedBy(from, appid), from, route)
  } catch (error) {
    fail(error as Error)
    return
  }
  sent.on('error', fail)
  sent.on('response', (response) => {
    const status = response.statusCode ?? 502
    const headers: Record<string, string | string[]> = {}
    for (const [name, value] of Object.entries(response.headers)) {
      if (value !== undefined && !OWN.has(name)) headers[name] = value
    }
    // The browser would follow a redirect by itself.
    to.writeHead(status >= 300 && status < 400 && status !== 304 ? 200 : status, {
      ...headers,
      'cache-control': 'no-store',
      'x-wx-status': status,
      'x-wx-header': encodeURIComponent(JSON.stringify(headersOf(response))),
    })
    response.pipe(to)
    response.on('error', () => to.destroy())
  })
  from.pipe(sent)
  // Given up by the app: the other side is told too.
  to.on('close', () => sent.destroy())
}

/** The address travels in a header, or for `<image>` and `<video>` in the query. */
function wantedBy(from: IncomingMessage, appid: string): Wanted {
  const inQuery = new URL(from.url ?? '/', 'http://phone').searchParams.get('url')
  const url = inQuery ?? decodeURIComponent(String(from.headers['x-wx-url'] ?? ''))
  const given = from.headers['x-wx-header']
  const headers = sentHeaders(
    typeof given === 'string' ? JSON.parse(decodeURIComponent(given)) : {},
    { appid },
  )
  const { 'content-type': type, 'content-length': length, range } = from.headers
  // A form's boundary is the browser's own.
  if (type?.startsWith('multipart/form-data')) {
    delete headers['content-type']
    headers['Content-Type'] = type
  }
  if (length !== undefined) headers['Content-Length'] = length
  if (range !== undefined) headers.Range = range
  return { url, headers }
}

function open({ url, headers }: Wanted, from: IncomingMessage, route: Route): ClientRequest {
  const target = new URL(url)
  const led = new URL(route(target.host) ?? target.origin)
  const request = led.protocol === 'https:' ? httpsRequest : httpRequest
  return request({
    host: led.hostname,
    port: led.port,
    method: from.method,
    // As the app wrote it: the signature is of this spelling.
    path: url.slice(target.origin.length).split('#')[0] || '/',
    headers: { ...headers, Host: target.host },
    setHost: false,
  })
}
