export type Language = 'en' | 'zh'

/** One text in both languages. */
export type Text = Record<Language, string>

/** The user's language, by the shell's locale. @default 'en' */
export function readerLanguage(environment: NodeJS.ProcessEnv = process.env): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = environment
  return /^zh/i.test(LC_ALL || LC_MESSAGES || LANG || '') ? 'zh' : 'en'
}

/** Selects the text in the user's language. */
export function t(en: string, zh: string): string {
  return readerLanguage() === 'zh' ? zh : en
}

/** An error whose message is in the user's language. */
export function localizedError(en: string, zh: string): Error {
  return new Error(t(en, zh))
}
