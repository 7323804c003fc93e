export type Language = 'en' | 'zh'

/** One text in both languages. */
export type Text = Record<Language, string>

/** The reader's language, as the shell tells it. @default 'en' */
export function readerLanguage(environment: NodeJS.ProcessEnv = process.env): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = environment
  return /^zh/i.test(LC_ALL || LC_MESSAGES || LANG || '') ? 'zh' : 'en'
}
