/** Rows as a Markdown table that reads well as text, too. The first row is the head. */
export function asTable(rows: string[][]): string {
  const [head = [], ...rest] = rows.map((row) => row.map((cell) => cell.replace(/\|/g, '\\|')))
  const widths = head.map((_, i) =>
    Math.max(...[head, ...rest].map((row) => (row[i] ?? '').length)),
  )
  const line = (row: string[]) =>
    `| ${widths.map((width, i) => (row[i] ?? '').padEnd(width)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(head), rule, ...rest.map(line)].join('\n')
}
