const PAGES = 'https://cloud.tencent.com/document/product'

/** Pages of COS's documents that comments name, as links. */
export function linkDocuments(text: string): string {
  return text.replace(/\(document (\d+\/\d+)\)/g, `([$1](${PAGES}/$1))`)
}

/** Code within a line. */
export function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``
}

export function codeBlock(text: string): string {
  return `\`\`\`ts\n${text.trim()}\n\`\`\``
}

/** A table; cells are Markdown already. */
export function table(columns: string[], rows: string[][]): string {
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`.replace(
      / {2,}/g,
      ' ',
    )
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}

/** What GitHub makes of a heading to link to. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replace(/ /g, '-')
}
