import { type CallbackOptions, callBack, WxError } from '../../callbacks'
import {
  type Exchange,
  type NetworkServices,
  type Reply,
  type RunningExchange,
  runExchange,
} from './exchange'

type HeaderListener = (result: { header: Record<string, string> }) => void

/** What a call over the network consists of, beside what all of them have. */
export interface NetworkCall {
  /** The exchange, made when its turn comes: what is wrong with the options is thrown here. */
  prepare: () => Promise<Omit<Exchange, 'api' | 'onHeader'>>
  /** What `success` is told. */
  finish: (reply: Reply) => object | Promise<object>
}

/** The task that `wx.request` and its kin return: it can be aborted, and tells the headers. */
export function networkTask(
  api: Exchange['api'],
  options: CallbackOptions,
  services: NetworkServices,
  { prepare, finish }: NetworkCall,
) {
  const headers = new Set<HeaderListener>()
  let running: RunningExchange | undefined
  let isAborted = false
  const unlessAborted = () => {
    if (isAborted) throw new WxError(`${api}:fail abort`)
  }
  callBack(
    options,
    async () => {
      unlessAborted()
      const exchange = await prepare()
      unlessAborted()
      const onHeader = (header: Record<string, string>) => {
        for (const listener of headers) listener({ header })
      }
      running = runExchange({ ...exchange, api, onHeader }, services)
      return finish(await running.done)
    },
    api,
  )
  return {
    abort() {
      isAborted = true
      running?.abort()
    },
    onHeadersReceived: (listener: HeaderListener) => void headers.add(listener),
    offHeadersReceived: () => headers.clear(),
  }
}

/** Listeners of a transfer's progress, each told the percentage and the bytes under WeChat's names. */
export function progressListeners<Bytes extends object>() {
  type Listener = (told: Bytes & { progress: number }) => void
  const listeners = new Set<Listener>()
  return {
    tell(done: number, total: number, bytes: Bytes) {
      const progress = Math.floor((done / Math.max(total, 1)) * 100)
      for (const listener of listeners) listener({ progress, ...bytes })
    },
    onProgressUpdate: (listener: Listener) => void listeners.add(listener),
    offProgressUpdate: () => listeners.clear(),
  }
}
