import { isCosError } from 'miniprogram-cos'
import { isChinese, t } from '../i18n/index'

/** A failure as a page shows it. */
export interface Problem {
  /** `AccessDenied`, `KitNetwork` … */
  code: string
  message: string
  /** What to do about it, in the phone's language. */
  advice: string
}

export function describeError(error: unknown): Problem {
  if (isCosError(error)) {
    const { code, message, advice } = error
    return { code, message, advice: isChinese ? advice.zh : advice.en }
  }
  const { message, errMsg } = error as { message?: string; errMsg?: string }
  return { code: '', message: message || errMsg || String(error), advice: t.tryAgain }
}

/** Shows a failure in a dialog. Does nothing if the user cancelled a dialog. */
export function showError(error: unknown): void {
  if (/fail cancel/.test((error as { errMsg?: string }).errMsg || '')) return
  const { advice, message } = describeError(error)
  wx.showModal({ title: t.failedTitle, content: `${advice}\n${message}`, showCancel: false })
}
