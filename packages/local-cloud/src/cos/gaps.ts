import { operations, RESERVED_SUBRESOURCES } from '@miniprogram-cos/protocol'
import { NOT_IMITATED } from './object/objectHeaders'
import { handlers } from './operations/index'

/** What the local COS does and does not do, read from the tables it runs on. */
export function describeGaps(): { imitated: string[]; subresources: string[]; headers: string[] } {
  const imitated = Object.keys(operations).filter((name) => name in handlers)
  const served = new Set(
    Object.entries(operations)
      .filter(([name]) => name in handlers)
      .flatMap(([, row]) => {
        const { needs = [], subresource } = row as { needs?: string[]; subresource?: string }
        return [...needs, ...(subresource ? [subresource] : [])]
      }),
  )
  const subresources = [...RESERVED_SUBRESOURCES].filter((name) => !served.has(name)).sort()
  return { imitated, subresources, headers: [...NOT_IMITATED].sort() }
}

/** The list of gaps as the README shows it. */
export function gapsAsMarkdown(): string {
  const { imitated, subresources, headers } = describeGaps()
  const list = (names: string[]) => names.map((name) => `\`${name}\``).join(', ')
  return [
    `**Imitated (${imitated.length} operations):** ${list(imitated)}.`,
    `**Answered with \`501 NotImplemented\`, naming it:** the sub-resources ${list(subresources)}; the headers ${list(headers)}; media processing in the query (\`imageMogr2\`, \`ci-process\` …).`,
  ].join('\n\n')
}
