import { type ApiModel, type Declaration, tokensOf } from './apiModel'
import { readDocComment } from './docComment'
import { codeBlock, declarationBlock, linkDocuments } from './markdown'
import { mentionsOf, type Places } from './places'
import { fieldTable } from './typeSection'

/** What is said of a method besides its signatures. */
interface Said {
  heading: string
  signatures: string[]
  comment: string
  /** Facts in a line of their own. */
  facts?: string
  example?: string
  /** The declarations that name its params and result. */
  from: Declaration[]
}

/** A method: what it does, how it is called, its params and result where they are its own, errors, example. */
export function methodSection(
  { heading, signatures, comment, facts = '', example, from }: Said,
  model: ApiModel,
  places: Places,
  page: string,
): string {
  const { summary, returns, throws, examples } = readDocComment(comment)
  const shown = [...examples, ...(example === undefined ? [] : [example])]
  return [
    `## ${heading}`,
    linkDocuments(summary),
    declarationBlock(signatures.join('\n')),
    facts,
    ...places.known(from.flatMap(mentionsOf)).map((name) => ofOwn(name, model, places, page)),
    returns === undefined ? '' : `Returns ${returns}.`,
    throws.length > 0 ? `Errors: ${throws.join('; ').replace(/CosError /g, '')}.` : '',
    shown.length > 0 ? `Example:` : '',
    ...shown.map(codeBlock),
  ]
    .filter(Boolean)
    .join('\n\n')
}

/** A type that stands with the first method which has it. */
function ofOwn(name: string, model: ApiModel, places: Places, page: string): string {
  const declaration = model.types.get(name)
  const isOwn = /(?:Params|Result|Options|Place|Info)$/.test(name)
  if (!declaration || !isOwn || !places.claim(name, page)) return ''
  const { summary } = readDocComment(declaration.docComment)
  const fields = fieldTable(declaration, model, places, page)
  return [`### ${name}`, linkDocuments(summary), fields].filter(Boolean).join('\n\n')
}

/** A signature in one line, without what only the compiler needs. */
export function signatureOf(declaration: Declaration, before = ''): string {
  const text = tokensOf(declaration)
    .map((token) => token.text)
    .join('')
  return (
    before +
    text.replace(/\s+/g, ' ').replace(/^(?:export declare function |static |readonly )*/, '')
  )
}
