import { Semaphore } from '../concurrency'
import { wxCall } from './call'
import { watchLifecycle } from './lifecycle'
import type { WxLike, WxTask, WxUploadTask } from './types'

declare const wx: WxLike

export type { WxTask }

/** How much has gone: `totalBytesSent` … of an upload, `totalBytesWritten` … of a download. */
export type TransferProgress = Record<string, number>

/** Follows and aborts a transfer. A plain request has no progress. */
type WxTransferTask = Pick<WxUploadTask, 'abort' | 'onHeadersReceived'> & {
  onProgressUpdate(listener: (progress: TransferProgress) => void): void
}

/** What a transfer ended with, whatever its HTTP status. */
export interface WxReply {
  statusCode: number
  /** Names in lower case. */
  headers: Record<string, string>
  data: string | ArrayBuffer
  /** Of a download: where the file is. */
  filePath?: string
  tempFilePath?: string
}

/** A call that goes over the network. @throws what WeChat reports */
export async function wxTransfer(
  name: 'request' | 'uploadFile' | 'downloadFile',
  options: object,
  onStart: (task: WxTask) => void,
  onProgress?: (progress: TransferProgress) => void,
): Promise<WxReply> {
  watchLifecycle()
  // The result of an upload carries no headers; an event before it does.
  let received: { header?: object } = {}
  const result = await wxCall<WxReply & typeof received, WxTransferTask>(
    wx,
    name,
    options,
    (task) => {
      task.onHeadersReceived?.((event) => {
        received = event
      })
      if (onProgress) task.onProgressUpdate(onProgress)
      onStart(task)
    },
  )
  const headers: WxReply['headers'] = {}
  for (const [header, value] of Object.entries(result.header || received.header || {})) {
    headers[header.toLowerCase()] = value
  }
  return { ...result, headers }
}

/** Calls a cloud function. @throws what WeChat reports */
export async function callFunction(name: string, data: object, env?: string): Promise<unknown> {
  const options = { name, data, ...(env && { config: { env } }) }
  return (await wxCall<{ result: unknown }>(wx.cloud, 'callFunction', options)).result
}

/** WeChat runs so many requests of an app at a time (frame/ability/network.html). */
const MAX_REQUESTS = 10
/** Uploads take two less, so that a page still gets its answers while files go up. */
const MAX_UPLOADS = 8

/** What all clients of an app share. */
interface WxSlots {
  /** Everything that goes over the network. */
  requests: Semaphore
  /** Content on its way up: a part or a file is read only when it has its turn. */
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
