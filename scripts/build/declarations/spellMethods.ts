/** From the client's file to those of the operations. */
const OPERATIONS = '../../protocol/src/operations'

/**
 * The client's methods, written out from the emitted type of the table of operations: a reader sees each
 * with its documentation, params and result, and no table.
 */
export function spellMethods(declarations: string): string {
  const table = declarations.match(/^export declare const operations: \{([\s\S]*?)^\};/m)?.[1]
  if (!table?.includes('.Operation<')) {
    throw new Error('the emitted table of operations does not look as expected')
  }
  const methods = table.replace(
    /^( {4}\w+): import\("\.\/define"\)\.Operation<([\s\S]*?)>;$/gm,
    (_, method: string, types: string) => `${method}: Method<${types}>;`,
  )
  return `export interface OperationMethods {${methods.replaceAll('import("./', `import("${OPERATIONS}/`)}}`
}
