import type { AbortSignalLike } from '@miniprogram-cos/protocol'
import { Semaphore, unlessAborted } from '../concurrency'
import type { SentRequest } from '../request/errors'
import { networkError } from '../request/failedRequest'
import { type WxFailure, type WxLike, type WxTask, type WxUploadTask, wxCall } from './wx'

declare const wx: WxLike

/** Bytes transferred so far: `totalBytesSent` … of an upload, `totalBytesWritten` … of a download. */
export type TransferProgress = Record<string, number>

/** Listeners of a transfer. */
export interface TransferEvents {
  onProgress?: ((progress: TransferProgress) => void) | undefined
  /** Called before the body arrives. Header names are in lower case. For downloads, WeChat does not report the status. */
  onHeaders?: ((headers: Record<string, string>, statusCode?: number) => void) | undefined
}

/** The task object of a transfer. A plain request has no progress. */
type WxTransferTask = Pick<WxUploadTask, 'abort' | 'onHeadersReceived'> & {
  onProgressUpdate(listener: (progress: TransferProgress) => void): void
}

/** The response of a transfer, whatever its HTTP status. */
export interface WxResponse {
  statusCode: number
  /** Names in lower case. */
  headers: Record<string, string>
  data: string | ArrayBuffer
  /** Path of a downloaded file. */
  tempFilePath?: string
}

/**
 * Sends a request when a slot is free. The signal aborts it; a request that is aborted while it waits is never sent.
 * @throws CosError kind `network`, `abort`
 */
export function transfer(
  name: 'request' | 'uploadFile' | 'downloadFile',
  options: object,
  sent: SentRequest,
  signal?: AbortSignalLike,
  { onProgress, onHeaders }: TransferEvents = {},
): Promise<WxResponse> {
  let task: WxTask | undefined
  const run = async () => {
    watchLifecycle()
    // The result of wx.uploadFile has no headers; the event before it does.
    let received: { header?: object; statusCode?: number } = {}
    const onStart = (started: WxTransferTask) => {
      task = started
      if (started.onHeadersReceived) {
        started.onHeadersReceived((event) => {
          received = event
          if (onHeaders) onHeaders(lowerCase(event.header), event.statusCode)
        })
      }
      if (onProgress) started.onProgressUpdate(onProgress)
    }
    try {
      const result = await wxCall<WxResponse & typeof received, WxTransferTask>(
        wx,
        name,
        options,
        onStart,
      )
      // Some HarmonyOS phones report a broken connection as a success.
      if (!result.statusCode) throw { errMsg: `${name}:fail status 0` }
      return { ...result, headers: lowerCase(result.header || received.header) }
    } catch (failure) {
      throw networkError(failure as WxFailure, sent)
    }
  }
  return wxSlots().requests.run(() => unlessAborted(signal, run, () => task && task.abort()))
}

function lowerCase(header: object = {}): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(header)) headers[name.toLowerCase()] = value
  return headers
}

/** Calls a function of wx.cloud. @throws what WeChat reports */
export const callCloud = <Result>(name: string, options: object): Promise<Result> =>
  wxCall(wx.cloud, name, options)

/** Calls a cloud function. @throws what WeChat reports */
export async function callFunction(name: string, data: object, env?: string): Promise<unknown> {
  const options = { name, data, ...(env && { config: { env } }) }
  return (await callCloud<{ result: unknown }>('callFunction', options)).result
}

/** WeChat's limit of concurrent requests of an app (frame/ability/network.html). */
const MAX_REQUESTS = 10
/** Uploads and ranges of downloads use two fewer, so that the app can send other requests. */
const MAX_UPLOADS = 8

/** Limits of concurrent transfers, which all clients of an app share. */
interface WxSlots {
  /** All network requests. */
  requests: Semaphore
  /** Uploads and ranges of downloads. A part or a file is read only when it gets a slot. */
  uploads: Semaphore
}

let owner: WxLike | undefined
let slots: WxSlots

/** Returns the slots of the current `wx`. */
export function wxSlots(): WxSlots {
  if (owner !== wx) {
    owner = wx
    slots = { requests: new Semaphore(MAX_REQUESTS), uploads: new Semaphore(MAX_UPLOADS) }
  }
  return slots
}

let watched: WxLike | undefined
let isHidden = false
let isOffline = false
const waiting: (() => void)[] = []

/**
 * Starts to observe, with the first request, whether the app is in the background or offline. WeChat interrupts the
 * requests of an app that has been in the background for five seconds, and all requests when the network changes.
 */
function watchLifecycle(): void {
  if (watched === wx) return
  watched = wx
  isHidden = false
  isOffline = false
  if (wx.onAppHide) wx.onAppHide(() => follow(true, isOffline))
  if (wx.onAppShow) wx.onAppShow(() => follow(false, isOffline))
  if (wx.onNetworkStatusChange) {
    wx.onNetworkStatusChange(({ isConnected }) => follow(isHidden, !isConnected))
  }
}

function follow(hidden: boolean, offline: boolean): void {
  isHidden = hidden
  isOffline = offline
  if (!isHidden && !isOffline) for (const resume of waiting.splice(0)) resume()
}

/** Waits while the app is in the background or offline. @returns whether it waited */
export async function whenReady(): Promise<boolean> {
  const hasToWait = isHidden || isOffline
  if (hasToWait) {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
    })
  }
  return hasToWait
}
