import type { CosError } from '@miniprogram-cos/protocol'
import type { ResolvedOptions } from '../options'
import type { Prepared } from './prepare'

/** A bucket's host under one of COS's domains, but for the accelerated one. */
const COS_HOST =
  /^(https?:..[^/]+\.cos\.(?!accelerate)[^/]+\.)(?:(myqcloud\.com)|tencentcos\.cn)(?=\/)/

/** Where the next try goes: to COS's other domain when nobody of COS has answered (option AutoSwitchHost). */
export function switchHost(
  { AutoSwitchHost }: ResolvedOptions,
  { row, url }: Prepared,
  { statusCode, RequestId, retryable }: CosError,
): string {
  // An answer without COS's id is somebody else's.
  const isLost = statusCode ? statusCode < 500 && !RequestId : retryable
  if (!AutoSwitchHost || !row.idempotent || !isLost) return url
  return url.replace(COS_HOST, (_, start, isFirst) =>
    start.concat(isFirst ? 'tencentcos.cn' : 'myqcloud.com'),
  )
}
