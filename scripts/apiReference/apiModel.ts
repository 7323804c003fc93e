import { readFileSync } from 'node:fs'

/** A piece of a declaration; references say which other one they mean. */
export interface Token {
  kind: 'Content' | 'Reference'
  text: string
}

interface TokenRange {
  startIndex: number
  endIndex: number
}

/** What api-extractor writes of a declaration, as far as it is read here. */
export interface Declaration {
  kind: string
  name: string
  docComment: string
  excerptTokens: Token[]
  members?: Declaration[]
  isOptional?: boolean
  isStatic?: boolean
  isReadonly?: boolean
  overloadIndex?: number
  propertyTypeTokenRange?: TokenRange
  extendsTokenRanges?: TokenRange[]
}

/** The client's declarations: all that an app can name, and what those mention. */
export interface ApiModel {
  /** Interfaces and types by name. */
  types: Map<string, Declaration>
  /** The client, with what it takes over from the smaller one; the methods of the table apart. */
  members: Declaration[]
  /** Of the client as a whole. */
  comment: string
  /** The methods of the operation table. */
  operations: Map<string, Declaration>
  error: Declaration
  isCosError: Declaration
}

/** Reads what the build has written of the declarations. */
export function readApiModel(file: string): ApiModel {
  const { members } = JSON.parse(readFileSync(file, 'utf8')) as { members: Declaration[] }
  const all = members[0]?.members ?? []
  const find = (kind: string, name: string) => {
    const found = all.find((one) => one.kind === kind && one.name === name)
    if (!found) throw new Error(`the declarations have no ${kind} ${name}`)
    return found
  }
  const types = new Map(
    all
      .filter(({ kind, name }) => /^(?:Interface|TypeAlias)$/.test(kind) && name !== 'COS')
      .map((one) => [one.name, one]),
  )
  const rows = types.get('OperationMethods')?.members ?? []
  types.delete('OperationMethods')
  const client = find('Class', 'COS')
  return {
    types,
    members: [...(find('Class', 'UploadCOS').members ?? []), ...(client.members ?? [])],
    comment: client.docComment,
    operations: new Map(rows.map((row) => [row.name, row])),
    error: find('Class', 'CosError'),
    isCosError: find('Function', 'isCosError'),
  }
}

/** The tokens of a range, without the paths that the compiler put before names. */
export function tokensOf({ excerptTokens }: Declaration, range?: TokenRange): Token[] {
  const tokens = range ? excerptTokens.slice(range.startIndex, range.endIndex) : excerptTokens
  return tokens.map(({ kind, text }) => ({ kind, text: text.replace(/import\("[^"]*"\)\./g, '') }))
}

/** What an interface takes over. */
export function parentsOf(declaration: Declaration): string[] {
  return (declaration.extendsTokenRanges ?? []).map((range) =>
    tokensOf(declaration, range)
      .map(({ text }) => text)
      .join('')
      .trim(),
  )
}
