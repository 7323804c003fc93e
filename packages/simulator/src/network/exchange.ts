import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import type { AppState } from '../app/lifecycle'
import { WxError } from '../callbacks'
import type { Clock } from './clock'
import type { Carried } from './line'
import type { Slots } from './slots'
import type { Wire } from './wire'

/** Where the simulated network leads a host; undefined leaves it to the real one. */
export type Route = (host: string) => string | undefined

export interface Exchange {
  /** `request`, `uploadFile` or `downloadFile`: how failures begin. */
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
  slots: Slots
  state: AppState
  clock: Clock
  /** How slow the network is; without one it is as fast as the machine. */
  wire: Wire | undefined
}

/** A running exchange: its end, and how to give it up. */
export interface RunningExchange<T> {
  done: Promise<T>
  abort: () => void
}

/**
 * Sends one HTTP request over the simulated network and hands the response to `receive`. It ends with
 * WeChat's own failures: timeout, abort, interrupted in the background, network switched.
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
    const taking = slots.take()
    const release = await Promise.race([failed, taking]).catch(async (error: unknown) => {
      // Given up while waiting: the place goes to the next as soon as it comes.
      void taking.then((unused) => unused())
      throw error
    })
    const callOff = clock.schedule(exchange.timeout, () =>
      fail(new WxError(`${api}:fail timeout`, { errno: 5 })),
    )
    const carry = async (way: Carried | undefined) => {
      if (!way) return
      await Promise.race([way.done, failed]).finally(way.cancel)
    }
    state.events.on('suspend', onSuspend)
    state.events.on('networkSwitch', onSwitch)
    try {
      await carry(wire?.carry(bodyLength(exchange), api))
      let answered = 0
      const talk = new Promise<T>((resolve, reject) => {
        sent = open(exchange, route)
        sent.on('error', (error) =>
          reject(new WxError(`${api}:fail ${error.message}`, { errno: 600001 })),
        )
        sent.on('response', (response) => {
          answered = answerLength(exchange, response)
          exchange.onHeaders?.(response)
          receive(response).then(resolve, (error: Error) =>
            reject(
              error instanceof WxError
                ? error
                : new WxError(`${api}:fail ${error.message}`, { errno: 600001 }),
            ),
          )
        })
        send(sent, exchange)
      })
      talk.catch(() => {})
      const result = await clock.during(Promise.race([talk, failed]))
      await carry(wire?.answer(answered, api))
      return result
    } finally {
      callOff()
      state.events.off('suspend', onSuspend)
      state.events.off('networkSwitch', onSwitch)
      release()
    }
  }
  return { done: run(), abort: () => fail(new WxError(`${api}:fail abort`)) }
}

function open({ url, method, headers }: Exchange, route: Route): ClientRequest {
  const target = new URL(url)
  const led = route(target.host)
  const origin = new URL(led ?? target.origin)
  const path = url.slice(target.origin.length).split('#')[0] || '/'
  const request = origin.protocol === 'https:' ? httpsRequest : httpRequest
  return request({
    host: origin.hostname,
    port: origin.port,
    method,
    path: path.startsWith('/') ? path : `/${path}`,
    headers: { ...encodeHeaders(headers), Host: target.host },
    setHost: false,
  })
}

/** Node writes header text as Latin-1; phones write UTF-8. */
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

/** A HEAD says how long the answer to a GET would be. */
function answerLength({ method }: Exchange, { headers }: IncomingMessage): number {
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

/** Response headers in the server's own spelling, as WeChat passes them on. */
export function headersOf(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let i = 0; i < response.rawHeaders.length; i += 2) {
    const name = response.rawHeaders[i] as string
    const value = Buffer.from(response.rawHeaders[i + 1] as string, 'latin1').toString('utf8')
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`
  }
  return headers
}
