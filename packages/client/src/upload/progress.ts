import type { UploadProgress } from '@miniprogram-cos/protocol'
import { isolated } from '../events/emitter'

/**
 * Reports progress at most once per interval, and always at the start and the end.
 *
 * @returns called with the bytes sent so far
 */
export function progressReporter(
  total: number,
  interval: number,
  report: ((progress: UploadProgress) => void) | undefined,
): (loaded: number) => void {
  if (!report) return () => {}
  const started = Date.now()
  let last = Number.NEGATIVE_INFINITY
  let highest = -1
  return (given) => {
    // A part that is sent again must not turn the bar back.
    const loaded = Math.min(given, total)
    const isEnd = loaded === total
    if (loaded <= highest || (!isEnd && Date.now() - last < interval)) return
    highest = loaded
    last = Date.now()
    const seconds = Math.max((Date.now() - started) / 1000, 0.001)
    const percent = total === 0 ? 1 : Math.floor((loaded / total) * 100) / 100
    const progress = { loaded, total, speed: Math.round(loaded / seconds), percent }
    // Not at once: what the listener does must not come between the steps of the upload.
    void Promise.resolve().then(() => isolated(() => report(progress)))
  }
}
