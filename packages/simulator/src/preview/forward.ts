import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { request as httpsRequest } from 'node:https'
import { headersOf, type Route } from '../network/exchange'
import { sentHeaders } from '../network/request'

/** Hop-by-hop headers, and those the browser must not see. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'set-cookie'])

/** The request to forward. */
interface Target {
  url: string
  headers: Record<string, string | number>
}

/**
 * Forwards a phone's request to the origin its host is routed to, with exactly the headers of the app: a
 * browser can neither set `Host` nor read a cross-origin response.
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
    sent = open(targetOf(from, appid), from, route)
  } catch (error) {
    fail(error as Error)
    return
  }
  sent.on('error', fail)
  sent.on('response', (response) => {
    const status = response.statusCode ?? 502
    const headers: Record<string, string | string[]> = {}
    for (const [name, value] of Object.entries(response.headers)) {
      if (value !== undefined && !HOP_BY_HOP.has(name)) headers[name] = value
    }
    // The browser would follow a redirect itself.
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
  // Aborted by the app: aborted at the target too.
  to.on('close', () => sent.destroy())
}

/** The URL is in a header, or in the query for `<image>` and `<video>`. */
function targetOf(from: IncomingMessage, appid: string): Target {
  const inQuery = new URL(from.url ?? '/', 'http://phone').searchParams.get('url')
  const url = inQuery ?? decodeURIComponent(String(from.headers['x-wx-url'] ?? ''))
  const header = from.headers['x-wx-header']
  const headers = sentHeaders(
    typeof header === 'string' ? JSON.parse(decodeURIComponent(header)) : {},
    { appid },
  )
  const { 'content-type': type, 'content-length': length, range } = from.headers
  // The browser chooses the boundary of a form.
  if (type?.startsWith('multipart/form-data')) {
    delete headers['content-type']
    headers['Content-Type'] = type
  }
  if (length !== undefined) headers['Content-Length'] = length
  if (range !== undefined) headers.Range = range
  return { url, headers }
}

function open({ url, headers }: Target, from: IncomingMessage, route: Route): ClientRequest {
  const target = new URL(url)
  const origin = new URL(route(target.host) ?? target.origin)
  const request = origin.protocol === 'https:' ? httpsRequest : httpRequest
  return request({
    host: origin.hostname,
    port: origin.port,
    method: from.method,
    // Exactly as the app wrote it, because the signature covers this spelling.
    path: url.slice(target.origin.length).split('#')[0] || '/',
    headers: { ...headers, Host: target.host },
    setHost: false,
  })
}
