import type { WxFailure } from '../wx/wxLike'

/** What an error of any kind says of itself. */
export function textOf(error: unknown): string {
  const { errMsg, message } = (error || {}) as WxFailure & { message?: string }
  return errMsg || message || String(error)
}
