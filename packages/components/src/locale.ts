/** Texts in both languages. */
export type Bilingual<T> = {
  [Name in keyof T]: T[Name] extends string ? readonly [zh: string, en: string] : Bilingual<T[Name]>
}

/** Whether texts are Chinese: by the property `locale`, or the phone's language. */
function isChinese(locale: string): boolean {
  return /^zh/i.test(locale || wx.getAppBaseInfo().language)
}

/** The texts of a component, with those that the app replaces. */
export function textsFor<T extends object>(
  all: Bilingual<T>,
  locale: string,
  own: Partial<T> | null = null,
): T {
  const language = isChinese(locale) ? 0 : 1
  const pick = (texts: object): object => {
    const picked: Record<string, unknown> = {}
    for (const [name, text] of Object.entries(texts)) {
      picked[name] = Array.isArray(text) ? text[language] : pick(text)
    }
    return picked
  }
  return { ...(pick(all) as T), ...own }
}

/** `2 files` from `{n} files`. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]))
}

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
  const { code, message, errMsg, advice } = (error || {}) as {
    code?: string
    message?: string
    errMsg?: string
    advice?: { zh: string; en: string }
  }
  const text = message || errMsg || String(error)
  return {
    code: (advice && code) || '',
    message: text,
    advice: advice ? (isChinese(locale) ? advice.zh : advice.en) : text,
  }
}

/** Whether the user closed a dialog of WeChat, which is not an error. */
export function isCancel(error: unknown): boolean {
  return /fail cancel/.test((error as { errMsg?: string }).errMsg || '')
}
