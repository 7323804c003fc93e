import { cosError } from '@miniprogram-cos/protocol'
import { platformCode } from '../request/errors'
import { errorMessage, type WxFailure, type WxLike, wxCall } from './wx'

declare const wx: WxLike

/** The answer of `wx.cloud.getTempFileURL` for one file. */
interface CloudFile {
  /** Empty when there is no such file, or the caller may not read it. */
  tempFileURL?: string
  errMsg?: string
}

/**
 * The URL of a file in `wx.cloud` storage, which opens it for a while.
 * @throws CosError `KitFileUnreadable`, `KitNetwork` or a platformCode
 */
export async function cloudFileUrl(fileID: string): Promise<string> {
  const message = `cannot read ${fileID}: `
  const { fileList } = await wxCall<{ fileList: CloudFile[] }>(wx.cloud, 'getTempFileURL', {
    fileList: [fileID],
  }).catch((cause: WxFailure) => {
    const refusal = platformCode(cause)
    const kind = refusal ? 'argument' : 'network'
    const more = { cause, retryable: !refusal }
    throw cosError(kind, refusal || 'KitNetwork', message + errorMessage(cause), more)
  })
  const [{ tempFileURL, errMsg } = {}]: CloudFile[] = fileList
  if (tempFileURL) return tempFileURL
  throw cosError('argument', 'KitFileUnreadable', message + errMsg)
}
