/** A figure, what was measured, and what it is meant to be. */
export type Row = [what: string, measured: string, goal: string]

/** Rows as a Markdown table. */
export function asTable(rows: Row[]): string {
  const all: Row[] = [['what', 'measured', 'goal'], ...rows]
  const widths = [0, 1, 2].map((i) => Math.max(...all.map((row) => (row[i] as string).length)))
  const line = (row: Row) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] as number)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(all[0] as Row), rule, ...rows.map(line)].join('\n')
}
