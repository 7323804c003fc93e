import { Semaphore } from '../concurrency'
import { wxCall } from './call'
import { watchLifecycle } from './lifecycle'
import type { WxLike, WxTask, WxUploadTask } from './types'

declare const wx: WxLike

export type { WxTask }

/** Bytes transferred so far: `totalBytesSent` … of an upload, `totalBytesWritten` … of a download. */
export type TransferProgress = Record<string, number>

/** Listeners to a transfer that is under way. */
export interface TransferEvents {
  onProgress?: ((progress: TransferProgress) => void) | undefined
  /** Called before the body arrives. The headers' names are in lower case; downloads have no status then. */
  onHeaders?: ((headers: Record<string, string>, statusCode?: number) => void) | undefined
}

/** Follows and aborts a transfer. A plain request has no progress. */
type WxTransferTask = Pick<WxUploadTask, 'abort' | 'onHeadersReceived'> & {
  onProgressUpdate(listener: (progress: TransferProgress) => void): void
}

/** The response of a transfer, whatever its HTTP status. */
export interface WxReply {
  statusCode: number
  /** Names in lower case. */
  headers: Record<string, string>
  data: string | ArrayBuffer
  /** Of a download: where the file is. */
  tempFilePath?: string
}

/** A call that goes over the network. @throws what WeChat reports */
export async function wxTransfer(
  name: 'request' | 'uploadFile' | 'downloadFile',
  options: object,
  onStart: (task: WxTask) => void,
  { onProgress, onHeaders }: TransferEvents = {},
): Promise<WxReply> {
  watchLifecycle()
  // The result of an upload carries no headers; an event before it does.
  let received: { header?: object; statusCode?: number } = {}
  const result = await wxCall<WxReply & typeof received, WxTransferTask>(
    wx,
    name,
    options,
    (task) => {
      task.onHeadersReceived?.((event) => {
        received = event
        onHeaders?.(lowerCase(event.header), event.statusCode)
      })
      if (onProgress) task.onProgressUpdate(onProgress)
      onStart(task)
    },
  )
  // Some HarmonyOS phones report a connection that breaks off as a success.
  if (!result.statusCode) throw { errMsg: `${name}:fail status 0` }
  return { ...result, headers: lowerCase(result.header || received.header) }
}

function lowerCase(header: object = {}): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(header)) headers[name.toLowerCase()] = value
  return headers
}

/** Calls a cloud function. @throws what WeChat reports */
export async function callFunction(name: string, data: object, env?: string): Promise<unknown> {
  const options = { name, data, ...(env && { config: { env } }) }
  return (await wxCall<{ result: unknown }>(wx.cloud, 'callFunction', options)).result
}

/** WeChat runs so many requests of an app at a time (frame/ability/network.html). */
const MAX_REQUESTS = 10
/** Uploads and parts of downloads use two fewer, so that pages can send requests meanwhile. */
const MAX_UPLOADS = 8

/** The limits that all clients of an app share. */
interface WxSlots {
  /** All network requests. */
  requests: Semaphore
  /** Uploads and parts of downloads: a part or a file is read only when it gets a slot. */
  uploads: Semaphore
}

let owner: WxLike | undefined
let slots: WxSlots

/** The slots of this `wx`. */
export function wxSlots(): WxSlots {
  if (owner !== wx) {
    owner = wx
    slots = { requests: new Semaphore(MAX_REQUESTS), uploads: new Semaphore(MAX_UPLOADS) }
  }
  return slots
}
