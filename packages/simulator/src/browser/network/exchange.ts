import type { AppState } from '../../app/lifecycle'
import { WxError } from '../../callbacks'
import { checkDomain, type DomainLists } from '../../network/domains'
import type { Slots } from '../../network/slots'

/** All that the three network calls share. */
export interface NetworkServices {
  slots: Slots
  state: AppState
  urlCheck: boolean
  domains: DomainLists
}

export type Header = Record<string, string | number | undefined>

export interface Exchange {
  /** `request`, `uploadFile` or `downloadFile`: its domain list, and how its failures begin. */
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

/** WeChat's own limit, when neither call nor app names another. */
const TIMEOUT_MS = 60_000

/**
 * Sends one HTTP request through the preview's server, which leads the host to where it belongs. It ends
 * with WeChat's failures: domain list, timeout, abort, interrupted in the background, network switched.
 */
export function runExchange(exchange: Exchange, services: NetworkServices): RunningExchange {
  const { api } = exchange
  const { slots, state } = services
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
    if (services.urlCheck) checkDomain(exchange.url, api, services.domains)
    if (state.isSuspended) onSuspend()
    if (state.networkType === 'none') {
      fail(new WxError(`${api}:fail internet disconnected`, { errno: 600001 }))
    }
    const taking = slots.take()
    const release = await Promise.race([failed, taking]).catch((error: unknown) => {
      // Given up while waiting: the place goes to the next as soon as it comes.
      void taking.then((unused) => unused())
      throw error
    })
    const timer = setTimeout(
      () => fail(new WxError(`${api}:fail timeout`, { errno: 5 })),
      exchange.timeout || TIMEOUT_MS,
    )
    state.events.on('suspend', onSuspend)
    state.events.on('networkSwitch', onSwitch)
    try {
      return await Promise.race([send(sent, exchange), failed])
    } finally {
      clearTimeout(timer)
      state.events.off('suspend', onSuspend)
      state.events.off('networkSwitch', onSwitch)
      release()
    }
  }
  return { done: run(), abort: () => fail(new WxError(`${api}:fail abort`)) }
}

/** One request to the preview's server: the address and headers that are meant travel as two headers. */
function send(sent: XMLHttpRequest, exchange: Exchange): Promise<Reply> {
  const { api, url, method, body, onSent, onReceived, onHeader } = exchange
  return new Promise((resolve, reject) => {
    const refuse = (text: string) => reject(new WxError(`${api}:fail ${text}`, { errno: 600001 }))
    sent.open(method, '/wx/net')
    sent.responseType = exchange.responseType
    sent.setRequestHeader('x-wx-url', encodeURIComponent(url))
    sent.setRequestHeader('x-wx-header', encodeURIComponent(JSON.stringify(exchange.header)))
    // Listeners of the upload after `send` are never called.
    sent.upload.onprogress = ({ loaded, total }) => onSent?.(loaded, total)
    sent.onprogress = ({ loaded, total }) => onReceived?.(loaded, total)
    sent.onreadystatechange = () => {
      if (sent.readyState === XMLHttpRequest.HEADERS_RECEIVED) onHeader?.(headerOf(sent))
    }
    sent.onerror = () => refuse('connection failed')
    sent.onload = () => {
      const failure = sent.getResponseHeader('x-wx-fail')
      if (failure) refuse(decodeURIComponent(failure))
      else resolve({ statusCode: statusOf(sent), header: headerOf(sent), data: sent.response })
    }
    sent.send(body ?? null)
  })
}

/** A redirect is told in a header: the browser would follow it. */
function statusOf(sent: XMLHttpRequest): number {
  return Number(sent.getResponseHeader('x-wx-status') ?? sent.status)
}

/** The server passes the names on as they were written: browsers would make them lower case. */
function headerOf(sent: XMLHttpRequest): Record<string, string> {
  const told = sent.getResponseHeader('x-wx-header')
  return told ? JSON.parse(decodeURIComponent(told)) : {}
}
