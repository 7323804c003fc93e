import { table } from '../markdown/table'
import { type ApiModel, type Declaration, parentsOf, tokensOf } from './apiModel'
import { readDocComment } from './docComment'
import { code, codeBlock, declarationBlock, linkDocuments } from './markdown'
import { fieldsOf, mentionsOf, type Places } from './places'

/** The fields of an interface: those that must be given first. */
export function fieldTable(
  declaration: Declaration,
  model: ApiModel,
  places: Places,
  page: string,
): string {
  const rows = fieldsOf(declaration, model)
    .filter(({ kind }) =>
      /^(?:PropertySignature|MethodSignature|IndexSignature|Property)$/.test(kind),
    )
    .map((field) => [code(nameOf(field)), places.link(typeOf(field), page), describe(field)])
  const parents = parentsOf(declaration).map((name) => places.linkTo(name, page))
  const further = parents.length > 0 ? `And the fields of ${parents.join(', ')}.` : ''
  return [rows.length > 0 ? table(['field', 'type', ''], rows) : '', further]
    .filter(Boolean)
    .join('\n\n')
}

/** What is said of a field: its comment, its default, and what has become of it. */
function describe({ docComment }: Declaration): string {
  const { summary, default: value, deprecated } = readDocComment(docComment)
  return linkDocuments(
    [
      deprecated === undefined ? '' : `Deprecated. ${deprecated}`,
      summary,
      value === undefined
        ? ''
        : `Default: ${/^['\d]|^(?:true|false)\b/.test(value) ? code(value) : value}.`,
    ]
      .filter(Boolean)
      .join(' '),
  )
}

function nameOf(field: Declaration): string {
  if (field.kind === 'IndexSignature') {
    return (tokensOf(field)
      .map(({ text }) => text)
      .join('')
      .match(/^\[.*?\](?=:)/) ?? ['[name]'])[0]
  }
  return `${field.name}${field.isOptional ? '?' : ''}`
}

function typeOf(field: Declaration) {
  if (field.propertyTypeTokenRange) return tokensOf(field, field.propertyTypeTokenRange)
  const tokens = tokensOf(field)
  if (field.kind !== 'IndexSignature') return withoutSemicolon(tokens)
  const [first, ...rest] = tokens
  const text = first?.text.replace(/^\[.*?\]:\s*/, '') ?? ''
  return withoutSemicolon([{ kind: 'Content' as const, text }, ...rest])
}

function withoutSemicolon<T extends { text: string }>(tokens: T[]): T[] {
  return tokens.map((token, i) =>
    i === tokens.length - 1 ? { ...token, text: token.text.replace(/;$/, '') } : token,
  )
}

/** A type with a heading of its own: an interface by its fields, any other as it is declared. */
export function typeSection(
  declaration: Declaration,
  model: ApiModel,
  places: Places,
  page: string,
): string {
  const { summary, examples } = readDocComment(declaration.docComment)
  const members = declaration.members ?? []
  const isFields =
    declaration.kind === 'Interface' && members.every(({ kind }) => kind !== 'CallSignature')
  const body = isFields
    ? fieldTable(declaration, model, places, page)
    : declared(declaration, places, page)
  return [`## ${declaration.name}`, linkDocuments(summary), body, ...examples.map(codeBlock)]
    .filter(Boolean)
    .join('\n\n')
}

function declared(declaration: Declaration, places: Places, page: string): string {
  const members = declaration.members ?? []
  const head = tokensOf(declaration)
    .map(({ text }) => text)
    .join('')
    .trim()
  const lines = members.map((member) => {
    const { summary } = readDocComment(member.docComment)
    const text = tokensOf(member)
      .map((token) => token.text)
      .join('')
    return `${summary ? `  /** ${summary} */\n` : ''}  ${text.replace(/\s+/g, ' ')}\n`
  })
  const text = members.length > 0 ? `${head} {\n${lines.join('')}}` : head
  const named = places
    .known([declaration, ...members].flatMap(mentionsOf))
    .filter((name) => name !== declaration.name)
    .map((name) => places.linkTo(name, page))
  const block = declarationBlock(text.replace(/^export (?:declare )?/, ''))
  return named.length > 0 ? `${block}\n\n${named.join(', ')}` : block
}
