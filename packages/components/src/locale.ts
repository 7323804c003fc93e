/** Whether texts are Chinese: by the property `locale`, or the phone's language. */
export function isChinese(locale: string): boolean {
  return /^zh/i.test(locale || wx.getAppBaseInfo().language)
}

/** The texts of a component, with those that the app replaces. */
export function textsFor<T extends object>(
  zh: T,
  en: T,
  locale: string,
  own: Partial<T> | null,
): T {
  return { ...(isChinese(locale) ? zh : en), ...own }
}

/** `2 files` from `{n} files`. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]))
}
