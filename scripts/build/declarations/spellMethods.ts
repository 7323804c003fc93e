/** From the client's file to that of the table. */
const OPERATIONS = '../../protocol/src/operations'

const IMPORT = /^import type \{ ([^}]*) \} from '\.\/(\w+)';$/gm

/**
 * The client's methods, written out from the emitted interface of operations: a reader sees each with its
 * documentation, params and result, and no table.
 */
export function spellMethods(declarations: string): string {
  const rows = declarations.match(/^export interface Operations \{([\s\S]*?)^\}/m)?.[1]
  if (!rows?.includes(': Operation<')) {
    throw new Error('the emitted interface of operations does not look as expected')
  }
  const files = new Map<string, string>()
  for (const [, names = '', file = ''] of declarations.matchAll(IMPORT)) {
    for (const name of names.split(', ')) files.set(name, file)
  }
  const imported = (name: string) => {
    const file = files.get(name)
    return file ? `import("${OPERATIONS}/${file}").${name}` : name
  }
  const methods = rows.replace(
    /^( +\w+): Operation<([\s\S]*?)>;$/gm,
    (_, method: string, types: string) => {
      const [params, result = 'ResultMeta'] = splitOnce(types)
      const spelled = `${params}, ${result}`.replace(/\b[A-Z]\w+\b/g, imported)
      return `${method}: Method<${spelled}>;`
    },
  )
  return `export interface OperationMethods {${methods}}`
}

/** Two type arguments; only the second may contain commas of its own. */
function splitOnce(types: string): string[] {
  const comma = types.indexOf(', ')
  return comma < 0 ? [types] : [types.slice(0, comma), types.slice(comma + 2)]
}
