import { isChinese } from './locale'

/** A failure as a component shows it. */
export interface Problem {
  /** `AccessDenied`, `KitNetwork` …; empty for errors of others. */
  code: string
  message: string
  /** What to do about it. */
  advice: string
}

/** A failure in words. Errors of the client bring their advice in both languages. */
export function problemOf(error: unknown, locale: string): Problem {
  const given = error as {
    code?: string
    message?: string
    errMsg?: string
    advice?: { zh: string; en: string }
  } | null
  const message = given?.message || given?.errMsg || String(error)
  const { advice } = given || {}
  return {
    code: (advice && given?.code) || '',
    message,
    advice: advice ? (isChinese(locale) ? advice.zh : advice.en) : message,
  }
}

/** Whether the user closed a dialog of WeChat, which is not an error. */
export function isCancel(error: unknown): boolean {
  return /fail cancel/.test((error as { errMsg?: string }).errMsg || '')
}
