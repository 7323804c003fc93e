import type { AbortSignalLike } from '@miniprogram-cos/protocol'
import { unlessAborted } from '../abort/unlessAborted'
import type { WxTask } from '../wx/wxLike'
import { type TransferProgress, type WxReply, wxTransfer } from '../wx/wxTransfer'
import { networkError, type Sent } from './failures'

/** A call over the network that the caller's signal gives up. @throws CosError kind `network`, `abort` */
export function exchange(
  name: 'request' | 'uploadFile' | 'downloadFile',
  options: object,
  sent: Sent,
  signal: AbortSignalLike | undefined,
  onProgress?: (progress: TransferProgress) => void,
): Promise<WxReply> {
  let task: WxTask | undefined
  const run = () =>
    wxTransfer(
      name,
      options,
      (started) => {
        task = started
      },
      onProgress,
    ).catch((failure) => {
      throw networkError(failure, sent)
    })
  return unlessAborted(signal, run, () => task?.abort())
}
