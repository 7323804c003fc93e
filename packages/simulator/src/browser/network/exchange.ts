import type { AppState } from '../../appState'
import { WxError } from '../../callbacks'
import { deviceProfile } from '../../deviceProfile'
import { checkDomain, type DomainLists, type Semaphore } from '../../network'
import { isRouted } from '../../preview/routes'
import { settings } from '../settings'
import { network, tellShell } from '../shellLink'
import { bytesOfFile } from '../wx/files'

const { headerName } = deviceProfile(settings.device)

/** The services that the three network calls share. */
export interface NetworkServices {
  slots: Semaphore
  state: AppState
  urlCheck: boolean
  domains: DomainLists
}

export type Header = Record<string, string | number | undefined>

export interface Exchange {
  /** `request`, `uploadFile` or `downloadFile`: selects the domain list and prefixes `errMsg`. */
  api: keyof DomainLists
  url: string
  method: string
  header: Header
  body?: XMLHttpRequestBodyInit | undefined
  responseType: 'text' | 'arraybuffer' | 'blob'
  timeout: number
  onSent?: (sent: number, total: number) => void
  onReceived?: (received: number, total: number) => void
  onHeader?: (header: Record<string, string>) => void
}

export interface Reply {
  statusCode: number
  header: Record<string, string>
  data: unknown
}

export interface RunningExchange {
  done: Promise<Reply>
  abort: () => void
}

/** WeChat's default timeout in milliseconds. */
const TIMEOUT_MS = 60_000

/**
 * Sends one HTTP request through the preview's server, which routes it. Fails as WeChat does: domain list,
 * timeout, abort, interrupted in the background, network change.
 */
export function runExchange(exchange: Exchange, services: NetworkServices): RunningExchange {
  const { api } = exchange
  const { slots, state } = services
  const id = crypto.randomUUID()
  const started = Date.now()
  const sent = new XMLHttpRequest()
  let fail: (error: WxError) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    fail = (error) => {
      reject(error)
      sent.abort()
    }
  })
  failed.catch(() => {})
  const onSuspend = () => fail(new WxError(`${api}:fail interrupted`, { errno: 600003 }))
  const onSwitch = () =>
    fail(new WxError(`${api}:fail network change, cancel all task`, { errno: 600001 }))
  const run = async (): Promise<Reply> => {
    const url = new URL(exchange.url)
    const isChecked = services.urlCheck && !settings.routed.some((key) => isRouted(url, key))
    if (isChecked) checkDomain(exchange.url, api, services.domains)
    if (state.isSuspended) onSuspend()
    if (state.networkType === 'none') {
      fail(new WxError(`${api}:fail internet disconnected`, { errno: 600001 }))
    }
    const acquired = slots.acquire()
    const release = await Promise.race([failed, acquired]).catch((error: unknown) => {
      // Failed while waiting: the slot is released as soon as it is granted.
      void acquired.then((unused) => unused())
      throw error
    })
    const timer = setTimeout(
      () => fail(new WxError(`${api}:fail timeout`, { errno: 5 })),
      exchange.timeout || TIMEOUT_MS,
    )
    state.events.on('suspend', onSuspend)
    state.events.on('networkSwitch', onSwitch)
    try {
      return await Promise.race([send(sent, exchange, id), failed])
    } finally {
      clearTimeout(timer)
      state.events.off('suspend', onSuspend)
      state.events.off('networkSwitch', onSwitch)
      release()
    }
  }
  const done = run()
  done.catch((error: Error) => reportFailure(exchange, id, started, error.message))
  return { done, abort: () => fail(new WxError(`${api}:fail abort`)) }
}

/** The preview's server does not see why a phone gives a request up, nor requests that are never sent. */
function reportFailure(
  { api, method, url }: Exchange,
  id: string,
  started: number,
  failure: string,
): void {
  const { host, pathname } = URL.canParse(url) ? new URL(url) : { host: '', pathname: url }
  tellShell({
    type: 'request',
    unsent: {
      time: new Date(started).toISOString(),
      api,
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
  const { api, url, method, body, onSent, onReceived, onHeader } = exchange
  return new Promise((resolve, reject) => {
    const fail = (text: string) => reject(new WxError(`${api}:fail ${text}`, { errno: 600001 }))
    sent.open(method, '/wx/net')
    sent.responseType = exchange.responseType
    sent.setRequestHeader('x-wx-url', encodeURIComponent(url))
    sent.setRequestHeader('x-wx-id', id)
    sent.setRequestHeader('x-wx-api', api)
    sent.setRequestHeader('x-wx-network', network.profile)
    const fileBytes = body instanceof ArrayBuffer ? bytesOfFile.get(body) : undefined
    if (fileBytes !== undefined) sent.setRequestHeader('x-wx-file-bytes', String(fileBytes))
    sent.setRequestHeader('x-wx-header', encodeURIComponent(JSON.stringify(exchange.header)))
    // Upload listeners that are added after `send` are never called.
    sent.upload.onprogress = ({ loaded, total }) => {
      const report = (bytes: number) => onSent?.(Math.min(bytes, total), total)
      if (network.profile === 'wifi') report(loaded)
      else onWire.set(id, report)
    }
    sent.onloadend = () => onWire.delete(id)
    sent.onprogress = ({ loaded, total }) => onReceived?.(loaded, total)
    sent.onreadystatechange = () => {
      if (sent.readyState === XMLHttpRequest.HEADERS_RECEIVED) onHeader?.(headerOf(sent))
    }
    sent.onerror = () => fail('connection failed')
    sent.onload = () => {
      const failure = sent.getResponseHeader('x-wx-fail')
      if (failure) {
        fail(decodeURIComponent(failure))
        return
      }
      reportSent(id, Number.POSITIVE_INFINITY)
      resolve({ statusCode: statusOf(sent), header: headerOf(sent), data: sent.response })
    }
    sent.send(withoutCopying(body) ?? null)
  })
}

/** Browsers copy a buffer to their network process while the page waits, 30 ms for a megabyte; a blob they read later. */
function withoutCopying(body: Exchange['body']): Exchange['body'] {
  return body instanceof ArrayBuffer && body.byteLength > 0 ? new Blob([body]) : body
}

/** The status of a redirect is in a header, because the browser would follow it. */
function statusOf(sent: XMLHttpRequest): number {
  return Number(sent.getResponseHeader('x-wx-status') ?? sent.status)
}

/** Headers in the spelling of this client of WeChat; browsers convert them to lower case. */
function headerOf(sent: XMLHttpRequest): Record<string, string> {
  const header = sent.getResponseHeader('x-wx-header')
  const sentByServer: Record<string, string> = header ? JSON.parse(decodeURIComponent(header)) : {}
  return Object.fromEntries(
    Object.entries(sentByServer).map(([name, value]) => [headerName(name), value]),
  )
}
