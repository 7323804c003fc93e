import {
  type PlatformDownload,
  type PlatformDownloaded,
  PlatformFailure,
  type PlatformReply,
  type PlatformRequest,
  type PlatformUpload,
} from '../platform'
import { watchLifecycle } from './wxLifecycle'
import { theWx, type WxFailure } from './wxLike'

interface WxResult {
  statusCode: number
  header?: Record<string, string>
  data: string | ArrayBuffer
}

interface WxDownloaded {
  statusCode: number
  header?: Record<string, string>
  filePath?: string
  tempFilePath?: string
}

export function failureOf(failure: WxFailure | undefined, fallback: string): PlatformFailure {
  return new PlatformFailure(failure?.errMsg ?? fallback, failure?.errno)
}

export function request({
  onStart,
  httpDNSServiceId,
  ...sent
}: PlatformRequest): Promise<PlatformReply> {
  watchLifecycle()
  return new Promise((resolve, reject) => {
    const task = theWx().request({
      ...sent,
      ...(httpDNSServiceId ? { enableHttpDNS: true, httpDNSServiceId } : {}),
      // COS speaks XML; WeChat would try to parse JSON.
      dataType: 'text',
      // A redirect must be seen, not followed: the signature is for this host.
      redirect: 'manual',
      success: ({ statusCode, header, data }: WxResult) =>
        resolve({ statusCode, header: header ?? {}, data }),
      fail: (failure: WxFailure) => reject(failureOf(failure, 'request:fail')),
    })
    onStart?.(() => task.abort())
  })
}

export function upload({ onStart, onProgress, ...sent }: PlatformUpload): Promise<PlatformReply> {
  watchLifecycle()
  return new Promise((resolve, reject) => {
    // The result of an upload carries no headers; an event before it does.
    let header: Record<string, string> = {}
    const task = theWx().uploadFile({
      ...sent,
      name: 'file',
      success: (result: WxResult) =>
        resolve({
          statusCode: result.statusCode,
          header: result.header ?? header,
          data: result.data,
        }),
      fail: (failure: WxFailure) => reject(failureOf(failure, 'uploadFile:fail')),
    })
    task.onHeadersReceived?.((received) => {
      header = received.header as Record<string, string>
    })
    if (onProgress) {
      task.onProgressUpdate(({ totalBytesSent, totalBytesExpectedToSend }) =>
        onProgress(totalBytesSent, totalBytesExpectedToSend),
      )
    }
    onStart?.(() => task.abort())
  })
}

export function download({
  onStart,
  onProgress,
  filePath,
  ...sent
}: PlatformDownload): Promise<PlatformDownloaded> {
  watchLifecycle()
  return new Promise((resolve, reject) => {
    const wx = theWx()
    if (!wx.downloadFile) {
      reject(failureOf(undefined, 'downloadFile:fail is not supported'))
      return
    }
    let header: Record<string, string> = {}
    const task = wx.downloadFile({
      ...sent,
      ...(filePath ? { filePath } : {}),
      success: (result: WxDownloaded) =>
        resolve({
          statusCode: result.statusCode,
          header: result.header ?? header,
          path: result.filePath ?? result.tempFilePath ?? '',
        }),
      fail: (failure: WxFailure) => reject(failureOf(failure, 'downloadFile:fail')),
    })
    task.onHeadersReceived?.((received) => {
      header = received.header as Record<string, string>
    })
    if (onProgress) {
      task.onProgressUpdate(({ totalBytesWritten, totalBytesExpectedToWrite }) =>
        onProgress(totalBytesWritten, totalBytesExpectedToWrite),
      )
    }
    onStart?.(() => task.abort())
  })
}
