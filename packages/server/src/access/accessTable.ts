import { type Rule, VERBS } from './accessRule'

/** Who may do what, one line for each rule and kind of caller: for people, in a terminal. */
export function accessTable(rules: Rule[]): string {
  const rows = [['path', 'who', ...VERBS, 'limits']]
  for (const rule of rules) {
    const kinds: [string, readonly string[]][] = [
      ['owner', rule.owner],
      ['everyone', rule.everyone],
      ...Object.entries(rule.groups),
    ]
    for (const [who, verbs] of kinds) {
      if (verbs.length === 0) continue
      const marks = VERBS.map((verb) => (verbs.includes(verb) ? 'yes' : '-'))
      rows.push([rule.pattern, who, ...marks, verbs.includes('write') ? limitsOf(rule) : ''])
    }
  }
  rows.push(['anything else', 'anyone', ...VERBS.map(() => '-'), ''])
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? []
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function limitsOf({ maxBytes, types, overwrite, names }: Rule): string {
  return [
    ...(maxBytes === undefined ? [] : [`up to ${maxBytes} bytes`]),
    ...(types ?? []),
    ...(overwrite ? [] : ['no overwriting']),
    ...(names === 'server' ? ['named by the server'] : []),
  ].join(', ')
}
