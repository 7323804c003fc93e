import type { Clock } from '../clock'
import { type AppState, Emitter } from './appState'
import { type CallbackOptions, callBack, WxError } from './callbacks'

// WeChat's rules for network calls. Node and the browser differ only in how they send.

/** The server domains of the mini program's console, written as there: `https://host`. */
export interface DomainLists {
  request: string[]
  uploadFile: string[]
  downloadFile: string[]
}

/** A call selects the list of domains that it may use, and prefixes `errMsg`. */
export type NetworkCall = keyof DomainLists

/**
 * Refuses a URL whose host is not on its list (network page of the WeChat documents): https only, hosts
 * matched exactly, no wildcards, and with a port only that port.
 * @throws WxError
 */
export function checkDomain(url: string, list: NetworkCall, domains: DomainLists): void {
  const { protocol, host } = new URL(url)
  const allowed = domains[list].map((domain) => domain.replace(/\/$/, '').toLowerCase())
  if (protocol === 'https:' && allowed.includes(`https://${host}`)) return
  throw new WxError(`${list}:fail url not in domain list:${host}`, { errno: 600002 })
}

/** Whether a key of the preview's `routes` matches a URL: a path on any host, a host, or the beginning of a URL. */
export function isRouted({ host, pathname, href }: URL, key: string): boolean {
  if (key.startsWith('/')) return pathname === key
  if (!/^https?:\/\//.test(key)) return host === key
  const rest = href.slice(key.length)
  return href.startsWith(key) && (rest === '' || key.endsWith('/') || /^[/?#]/.test(rest))
}

/** WeChat runs at most this many requests, uploads and downloads at a time. */
const MAX_CONCURRENT = 10

/** Limits how many requests run at the same time; the others wait in order. */
export class Semaphore {
  #free = MAX_CONCURRENT
  #peak = 0
  readonly #queue: (() => void)[] = []

  /** The highest number of requests that ran or waited at one time. */
  get peak(): number {
    return this.#peak
  }

  /** Resolves when the request may run, with the function that releases its slot. */
  async acquire(): Promise<() => void> {
    const wanted = MAX_CONCURRENT - this.#free + this.#queue.length + 1
    this.#peak = Math.max(this.#peak, wanted)
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#queue.push(resolve))
    let isReleased = false
    return () => {
      if (isReleased) return
      isReleased = true
      const next = this.#queue.shift()
      if (next) next()
      else this.#free++
    }
  }
}

export type Header = Record<string, string | number | undefined>

export interface RequestOptions extends CallbackOptions {
  url: string
  method?: string
  data?: string | ArrayBuffer | object
  header?: Header
  timeout?: number
  dataType?: string
  responseType?: 'text' | 'arraybuffer'
}

export interface UploadOptions extends CallbackOptions {
  url: string
  filePath: string
  name: string
  header?: Header
  formData?: Record<string, unknown>
  timeout?: number
}

export interface DownloadOptions extends CallbackOptions {
  url: string
  header?: Header
  filePath?: string
  timeout?: number
}

/** Size limit of a download, in bytes (wx.downloadFile page of the WeChat documents). */
export const MAX_DOWNLOAD_BYTES = 200 * 1024 * 1024

/** WeChat's default timeout in milliseconds. */
export const TIMEOUT_MS = 60_000

const METHODS = new Set(['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT'])

/** A buffer may come from another realm, because an app in Node runs in a realm of its own. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === '[object ArrayBuffer]'
}

/**
 * What `wx.request` sends: `data` is in the query of a GET, else a form or JSON. There is no PATCH.
 * @throws WxError
 */
export function encodeRequest(options: RequestOptions): {
  url: string
  method: string
  body: string | ArrayBuffer | undefined
} {
  const { url, data, header = {} } = options
  const method = (options.method ?? 'GET').toUpperCase()
  if (!METHODS.has(method)) throw new WxError('request:fail method is invalid')
  if (data === undefined || data === null) return { url, method, body: undefined }
  if (typeof data === 'string' || isArrayBuffer(data)) return { url, method, body: data }
  const pairs = () => new URLSearchParams(data as Record<string, string>).toString()
  if (method === 'GET') {
    return { url: `${url}${url.includes('?') ? '&' : '?'}${pairs()}`, method, body: undefined }
  }
  const type = Object.entries(header).find(([name]) => name.toLowerCase() === 'content-type')?.[1]
  const isForm = String(type).includes('application/x-www-form-urlencoded')
  return { url, method, body: isForm ? pairs() : JSON.stringify(data) }
}

/** The text of a response as `wx.request` gives it: parsed, if it is JSON. */
export function decodeText(text: string, { dataType = 'json' }: RequestOptions): unknown {
  if (dataType !== 'json') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A request that is being sent. */
export interface RunningExchange<T = object> {
  done: Promise<T>
  abort: () => void
}

export interface ReceivedHeaders {
  header: Record<string, string>
  statusCode?: number | undefined
}

/**
 * Runs a network call as WeChat does, which returns its task at once.
 * @param start called soon after, unless the app has aborted the task before
 */
export function networkTask(
  name: NetworkCall,
  options: CallbackOptions,
  start: (
    onHeaders: (headers: ReceivedHeaders) => void,
  ) => RunningExchange | Promise<RunningExchange>,
) {
  const events = new Emitter()
  let running: RunningExchange | undefined
  let isAborted = false
  const run = async () => {
    if (isAborted) throw new WxError(`${name}:fail abort`)
    running = await start((headers) => events.emit('headers', headers))
    if (isAborted) running.abort()
    return running.done
  }
  callBack(options, run, name)
  return {
    abort() {
      isAborted = true
      running?.abort()
    },
    onHeadersReceived: (listener: (headers: ReceivedHeaders) => void) =>
      events.on('headers', listener),
    offHeadersReceived: (listener?: (headers: ReceivedHeaders) => void) =>
      events.off('headers', listener),
  }
}

/** Progress events of a transfer. @param done, total WeChat's names of the byte counts */
export function progressEvents<Bytes extends string>(done: Bytes, total: Bytes) {
  type Listener = (event: { progress: number } & Record<Bytes, number>) => void
  const events = new Emitter()
  return {
    emit(bytes: number, all: number) {
      const progress = all > 0 ? Math.floor((bytes / all) * 100) : 0
      events.emit('progress', { progress, [done]: bytes, [total]: all })
    },
    onProgressUpdate: (listener: Listener) => events.on('progress', listener),
    offProgressUpdate: (listener?: Listener) => events.off('progress', listener),
  }
}

/** What limits the requests of a phone. */
export interface NetworkServices {
  slots: Semaphore
  state: AppState
  clock: Clock
}

/**
 * Sends a request when a slot is free. Fails like WeChat: timeout, abort, interruption in the background, network change.
 * @param send gets a promise that rejects when the request has to end
 * @param stop ends what `send` has begun
 */
export function runExchange<T>(
  { name, timeout }: { name: NetworkCall; timeout: number },
  { slots, state, clock }: NetworkServices,
  send: (failed: Promise<never>) => Promise<T>,
  stop: () => void,
): RunningExchange<T> {
  let reject: (error: WxError) => void = () => {}
  const failed = new Promise<never>((_, fail) => {
    reject = fail
  })
  failed.catch(() => {})
  const fail = (reason: string, errno?: number) => {
    reject(new WxError(`${name}:fail ${reason}`, { errno }))
    stop()
  }
  const onSuspend = () => fail('interrupted', 600003)
  const onSwitch = () => fail('network change, cancel all task', 600001)
  const run = async (): Promise<T> => {
    if (state.isSuspended) onSuspend()
    if (state.networkType === 'none') fail('internet disconnected', 600001)
    const acquired = slots.acquire()
    const release = await Promise.race([failed, acquired]).catch((error: unknown) => {
      // Failed while waiting: the slot is released as soon as it is granted.
      void acquired.then((unused) => unused())
      throw error
    })
    const cancelTimeout = clock.schedule(timeout, () => fail('timeout', 5))
    state.events.on('suspend', onSuspend)
    state.events.on('networkSwitch', onSwitch)
    try {
      return await send(failed)
    } finally {
      cancelTimeout()
      state.events.off('suspend', onSuspend)
      state.events.off('networkSwitch', onSwitch)
      release()
    }
  }
  return { done: run(), abort: () => fail('abort') }
}
