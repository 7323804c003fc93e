/** From the client's file to that of the table. */
const OPERATIONS = '../../protocol/src/operations'
const META = `import("${OPERATIONS}/operation").ResultMeta`

/**
 * The client's methods, written out from the emitted table of operations: a reader sees each with its
 * documentation, params and result, and no table.
 */
export function spellMethods(table: string): string {
  const start = table.indexOf('export declare const operations: {')
  const rows = table.slice(table.indexOf('{', start) + 1, table.indexOf('\n};', start))
  const methods = rows
    .replace(/import\("(\.{1,2}\/[\w/]+)"\)/g, `import("${OPERATIONS}/$1")`)
    .replace(/\/\.\//g, '/')
    // A row begins at the outermost level; deeper lines belong to an inline type.
    .replace(/^ {4}(\w+): (import\("[^"]+"\))\.Operation<([\s\S]*?)>;$/gm, (_, name, __, inner) => {
      const [params, result] = splitOnce(inner)
      return `    ${name}: Method<${params}, ${wholeResult(result)}>;`
    })
  if (start < 0 || methods.includes('Operation<')) {
    throw new Error('the emitted table of operations does not look as expected')
  }
  return `export interface OperationMethods {${methods}\n}`
}

/** Two type arguments; only the second may contain commas of its own. */
function splitOnce(inner: string): [string, string] {
  const comma = inner.indexOf(', ')
  return [inner.slice(0, comma), inner.slice(comma + 2)]
}

/** Rows name what they read from an answer themselves; the caller gets that with what every result has. */
function wholeResult(own: string): string {
  if (own === 'object' || own === META) return META
  const named = own.match(/^(?:Pick|Omit|import\("[^"]+"\)\.Own)<(import\("[^"]+"\)\.\w+)(?:,|>$)/)
  if (named && named[1] !== META) return named[1] as string
  const meant = own.match(/^import\("[^"]+"\)\.Own<([\s\S]*)>$/)
  return meant ? (meant[1] as string) : `${own} & ${META}`
}
