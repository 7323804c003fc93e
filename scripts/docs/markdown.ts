import type { Language } from '../../packages/cli/src/text'

/** The name of a document's file in a language: `a.md` is English, `a.zh-CN.md` Chinese. */
export const inLanguage = (file: string, language: Language): string =>
  language === 'en' ? file : file.replace(/\.md$/, '.zh-CN.md')

/** The line below a title that leads to the same document in the other language. */
export const otherLanguage = (file: string, language: Language): string =>
  language === 'en'
    ? `English | [简体中文](${inLanguage(file, 'zh')})`
    : `[English](${file}) | 简体中文`

/** A table in Markdown; cells are Markdown already. */
export function table(columns: string[], rows: string[][]): string {
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`.replace(
      / {2,}/g,
      ' ',
    )
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}
