import { wxCall } from './wxCall'
import { watchLifecycle } from './wxLifecycle'
import type { WxLike, WxTask, WxUploadTask } from './wxLike'

declare const wx: WxLike

/** How much has gone: `totalBytesSent` … of an upload, `totalBytesWritten` … of a download. */
export type TransferProgress = Record<string, number>

/** What a transfer is followed and given up by. A plain request has no progress. */
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
