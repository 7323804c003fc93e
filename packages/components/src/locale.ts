/** Texts in Chinese and English, by name; names may be grouped. */
interface Bilingual {
  [name: string]: string[] | Bilingual
}

/** The texts of a table in one language. */
export type Texts<Table> = {
  [Name in keyof Table]: Table[Name] extends string[] ? string : Texts<Table[Name]>
}

/** Whether texts are Chinese: by the property `locale`, or the phone's language. */
function isChinese(locale: string): boolean {
  return /^zh/i.test(locale || wx.getAppBaseInfo().language)
}

/** The texts of a component, with those that the app replaces. */
export function textsFor<Table extends Bilingual>(
  all: Table,
  locale: string,
  own: Partial<Texts<Table>> | null = null,
): Texts<Table> {
  const language = isChinese(locale) ? 0 : 1
  const pick = (texts: Bilingual): object => {
    const picked: Record<string, unknown> = {}
    for (const [name, text] of Object.entries(texts)) {
      picked[name] = Array.isArray(text) ? text[language] : pick(text)
    }
    return picked
  }
  return { ...(pick(all) as Texts<Table>), ...own }
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
    advice: advice ? advice[isChinese(locale) ? 'zh' : 'en'] : text,
  }
}

/** Whether the user closed a dialog of WeChat, which is not an error. */
export function isCancel(error: unknown): boolean {
  return /fail cancel/.test((error as { errMsg?: string }).errMsg || '')
}
