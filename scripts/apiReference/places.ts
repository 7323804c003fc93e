import { type ApiModel, type Declaration, parentsOf, tokensOf } from './apiModel'
import { anchorOf, code } from './markdown'

/** Fields that nearly every call has: they stand with the types, not with the first method that has them. */
const COMMON = ['CallParams', 'BucketParams', 'ObjectParams', 'ResultMeta', 'Callback', 'Method']

/** Where each type stands in the reference: with the method it belongs to, or among the types. */
export interface Places {
  /** Puts it here, if it has no place yet. */
  claim: (type: string, page: string) => boolean
  /** Types of no method. */
  unclaimed: () => string[]
  /** A type as text of a page, linked. */
  link: (tokens: { kind: string; text: string }[], page: string) => string
  linkTo: (type: string, page: string, text?: string) => string
  /** Those of the names that have a place. */
  known: (names: string[]) => string[]
}

export function findPlaces({ types, error }: ApiModel): Places {
  const pages = new Map<string, string>()
  const known = (names: string[]) =>
    [...new Set(names)].filter((name) => types.has(name) || name === error.name)
  const pageOf = (name: string) => (name === error.name ? 'client' : (pages.get(name) ?? 'types'))
  const linkTo = (name: string, page: string, text = name) => {
    const file = pageOf(name) === page ? '' : `${pageOf(name)}.md`
    return `[${code(text)}](${file}#${anchorOf(name)})`
  }
  return {
    claim(type, page) {
      if (COMMON.includes(type) || pages.has(type) || !types.has(type)) return false
      pages.set(type, page)
      return true
    },
    unclaimed: () => [...types.keys()].filter((name) => !pages.has(name)).sort(),
    link(tokens, page) {
      const text = tokens
        .map((token) => token.text)
        .join('')
        .replace(/\s+/g, ' ')
        .trim()
      const named = known(tokens.filter(({ kind }) => kind === 'Reference').map((one) => one.text))
      const [only] = named
      if (named.length === 1 && only && text.length < 60) return linkTo(only, page, text)
      return [code(text), ...named.map((name) => linkTo(name, page))].join(' ')
    },
    linkTo,
    known,
  }
}

/** Fields of an interface that must be given, whoever it has them from, and then the others of its own. */
export function fieldsOf(declaration: Declaration, { types }: ApiModel): Declaration[] {
  const inherited = (one: Declaration): Declaration[] =>
    parentsOf(one)
      // Every result has those of ResultMeta, which are told once.
      .filter((name) => name !== 'ResultMeta')
      .flatMap((name) => types.get(name) ?? [])
      .flatMap((parent) => [...inherited(parent), ...(parent.members ?? [])])
  const own = declaration.members ?? []
  const required = [...inherited(declaration), ...own].filter(
    ({ kind, isOptional }) => kind === 'PropertySignature' && !isOptional,
  )
  return [...required, ...own.filter((field) => !required.includes(field))]
}

/** Types that a declaration mentions. */
export function mentionsOf(declaration: Declaration): string[] {
  return tokensOf(declaration)
    .filter(({ kind }) => kind === 'Reference')
    .map(({ text }) => text)
}
