import type { AbortSignalLike } from '@miniprogram-cos/protocol'
import { unlessAborted } from '../abort/unlessAborted'
import type { WxTask } from '../wx/wxLike'
import { wxSlots } from '../wx/wxSlots'
import { type TransferProgress, type WxReply, wxTransfer } from '../wx/wxTransfer'
import { networkError, type Sent } from './failures'

/**
 * A call over the network, when it has its turn, that the caller's signal ends.
 * @throws CosError kind `network`, `abort`
 */
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
  // Ended while it waits, it settles at once, and is not sent when its turn comes.
  return unlessAborted(signal, () =>
    wxSlots().requests.run(() => unlessAborted(signal, run, () => task?.abort())),
  )
}
