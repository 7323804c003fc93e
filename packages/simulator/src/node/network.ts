import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import type { AppState } from '../appState'
import { type CallbackOptions, callBack, WxError } from '../callbacks'
import type { DomainLists, Semaphore } from '../network'
import type { Clock } from '../network/clock'
import type { FileSpace } from './files'
import type { Transfer, Wire } from './slowNetwork'

/** Maps a host to the origin that serves it; undefined sends the request to the real host. */
export type Route = (host: string) => string | undefined

export interface Exchange {
  /** `request`, `uploadFile` or `downloadFile`: the prefix of `errMsg`. */
  api: string
  url: string
  method: string
  headers: Record<string, string | number>
  body?: Uint8Array | Readable | undefined
  timeout: number
  onSent?: (bytes: number) => void
  onHeaders?: (response: IncomingMessage) => void
}

export interface NetworkServices {
  route: Route
  slots: Semaphore
  state: AppState
  clock: Clock
  /** The simulated connection; undefined does not limit it. */
  wire: Wire | undefined
}

/** The services that the three network calls share. */
export interface NetworkOptions extends NetworkServices {
  appid: string
  urlCheck: boolean
  domains: DomainLists
  /** Default timeout in milliseconds. */
  timeout: number
  files: FileSpace
  /** How this client of WeChat spells the name of a response header. */
  headerName: (name: string) => string
}

/** A running exchange. */
export interface RunningExchange<T> {
  done: Promise<T>
  abort: () => void
}

/**
 * Runs a transfer as WeChat does, which returns its task at once.
 * @param start called soon after, unless the app has aborted the task before
 */
export function runTask(
  name: string,
  options: CallbackOptions,
  start: () => RunningExchange<object> | Promise<RunningExchange<object>>,
): { abort(): void } {
  let running: RunningExchange<object> | undefined
  let isAborted = false
  callBack(
    options,
    async () => {
      if (isAborted) throw new WxError(`${name}:fail abort`)
      running = await start()
      if (isAborted) running.abort()
      return running.done
    },
    name,
  )
  return {
    abort() {
      isAborted = true
      running?.abort()
    },
  }
}

/**
 * Sends one HTTP request over the simulated network and passes the response to `receive`. Fails as WeChat
 * does: timeout, abort, interrupted in the background, network change.
 */
export function runExchange<T>(
  exchange: Exchange,
  { route, slots, state, clock, wire }: NetworkServices,
  receive: (response: IncomingMessage) => Promise<T>,
): RunningExchange<T> {
  const { api } = exchange
  let sent: ClientRequest | undefined
  let fail: (error: WxError) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    fail = (error) => {
      reject(error)
      sent?.destroy()
    }
  })
  failed.catch(() => {})
  const onSuspend = () => fail(new WxError(`${api}:fail interrupted`, { errno: 600003 }))
  const onSwitch = () =>
    fail(new WxError(`${api}:fail network change, cancel all task`, { errno: 600001 }))
  const run = async (): Promise<T> => {
    if (state.isSuspended) onSuspend()
    if (state.networkType === 'none') {
      fail(new WxError(`${api}:fail internet disconnected`, { errno: 600001 }))
    }
    const acquired = slots.acquire()
    const release = await Promise.race([failed, acquired]).catch(async (error: unknown) => {
      // Failed while waiting: the slot is released as soon as it is granted.
      void acquired.then((unused) => unused())
      throw error
    })
    const cancelTimeout = clock.schedule(exchange.timeout, () =>
      fail(new WxError(`${api}:fail timeout`, { errno: 5 })),
    )
    const transfer = async (running: Transfer | undefined) => {
      if (!running) return
      await Promise.race([running.done, failed]).finally(running.cancel)
    }
    state.events.on('suspend', onSuspend)
    state.events.on('networkSwitch', onSwitch)
    try {
      await transfer(wire?.send(bodyLength(exchange), api))
      let responseBytes = 0
      const response = new Promise<T>((resolve, reject) => {
        sent = open(exchange, route)
        sent.on('error', (error) =>
          reject(new WxError(`${api}:fail ${error.message}`, { errno: 600001 })),
        )
        sent.on('response', (message) => {
          responseBytes = responseLength(exchange, message)
          exchange.onHeaders?.(message)
          receive(message).then(resolve, (error: Error) =>
            reject(
              error instanceof WxError
                ? error
                : new WxError(`${api}:fail ${error.message}`, { errno: 600001 }),
            ),
          )
        })
        send(sent, exchange)
      })
      response.catch(() => {})
      const result = await clock.during(Promise.race([response, failed]))
      await transfer(wire?.receive(responseBytes, api))
      return result
    } finally {
      // Answered before the body was sent: the rest could be shorter than announced if the file changes, and the server
      // would take the next request of the connection for it.
      if (!sent?.writableFinished) sent?.destroy()
      cancelTimeout()
      state.events.off('suspend', onSuspend)
      state.events.off('networkSwitch', onSwitch)
      release()
    }
  }
  return { done: run(), abort: () => fail(new WxError(`${api}:fail abort`)) }
}

/**
 * The path of a request, exactly as the app wrote it, because a signature covers this spelling. What no request may
 * contain, such as Chinese, is escaped.
 */
export function requestPath(url: string): string {
  const { origin } = new URL(url)
  const path = (url.slice(origin.length).split('#')[0] ?? '').replace(
    /[^\x21-\x7e]+/g,
    encodeURIComponent,
  )
  return path.startsWith('/') ? path : `/${path}`
}

function open({ url, method, headers }: Exchange, route: Route): ClientRequest {
  const target = new URL(url)
  const origin = new URL(route(target.host) ?? target.origin)
  const request = origin.protocol === 'https:' ? httpsRequest : httpRequest
  return request({
    host: origin.hostname,
    port: origin.port,
    method,
    path: requestPath(url),
    headers: { ...encodeHeaders(headers), Host: target.host },
    setHost: false,
  })
}

/** Phones send header values as UTF-8, Node as Latin-1. */
function encodeHeaders(headers: Record<string, string | number>): Record<string, string> {
  const encoded: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    encoded[name] = Buffer.from(String(value), 'utf8').toString('latin1')
  }
  return encoded
}

function bodyLength({ body, headers }: Exchange): number {
  return body instanceof Uint8Array ? body.length : Number(headers['Content-Length'] ?? 0)
}

/** The Content-Length of a HEAD response describes a body that is not sent. */
function responseLength({ method }: Exchange, { headers }: IncomingMessage): number {
  return method === 'HEAD' ? 0 : Number(headers['content-length'] ?? 0)
}

function send(request: ClientRequest, { body, onSent }: Exchange): void {
  if (body === undefined) {
    request.end()
    return
  }
  if (body instanceof Uint8Array) {
    request.end(body, () => onSent?.(body.length))
    return
  }
  let bytes = 0
  body.on('data', (chunk: Buffer) => {
    if (!request.write(chunk)) {
      body.pause()
      request.once('drain', () => body.resume())
    }
    bytes += chunk.length
    onSent?.(bytes)
  })
  body.on('end', () => request.end())
  body.on('error', (error) => request.destroy(error))
  request.on('close', () => body.destroy())
}

export async function readAll(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Response headers in the spelling of a client of WeChat. @param profile default: the server's spelling */
export function headersOf(
  response: IncomingMessage,
  { headerName }: Pick<NetworkOptions, 'headerName'> = { headerName: (name) => name },
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let i = 0; i < response.rawHeaders.length; i += 2) {
    const name = headerName(response.rawHeaders[i] as string)
    const value = Buffer.from(response.rawHeaders[i + 1] as string, 'latin1').toString('utf8')
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`
  }
  return headers
}
