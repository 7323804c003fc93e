/** A table in Markdown; cells are Markdown already. */
export function table(columns: string[], rows: string[][]): string {
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`.replace(
      / {2,}/g,
      ' ',
    )
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}
