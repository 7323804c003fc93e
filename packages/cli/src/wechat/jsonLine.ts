import { readFileSync } from 'node:fs'
import { type Expression, parseExpressionAt } from 'acorn'

/**
 * The line of a value in a JSON text, or of its nearest parent if the value does not exist.
 * @param path names and indexes of the value
 */
export function jsonLine(text: string, path: (string | number)[]): number {
  // JSON is an expression of JavaScript.
  let node: Expression = parseExpressionAt(text, 0, { ecmaVersion: 2020, locations: true })
  for (const step of path) {
    const next = inside(node, step)
    if (!next) break
    node = next
  }
  return node.loc?.start.line ?? 1
}

/** The line in a JSON file of a value that a message names as `["pages"][1]` or as `window.backgroundColor`. */
export function jsonPlace(file: string, message: string): number {
  const steps = message.match(/\["[^"]+"\]|\[\d+\]|(?<=[\s.])\w+(?=[.\s])/g) ?? []
  const path = steps.map((step) => step.replace(/[[\]"]/g, ''))
  return jsonLine(readFileSync(file, 'utf8'), path)
}

function inside(node: Expression, step: string | number): Expression | undefined {
  if (node.type === 'ArrayExpression') {
    const element = node.elements[Number(step)]
    return element?.type === 'SpreadElement' ? undefined : (element ?? undefined)
  }
  if (node.type !== 'ObjectExpression') return undefined
  for (const property of node.properties) {
    if (property.type === 'Property' && property.key.type === 'Literal') {
      if (property.key.value === step) return property.value
    }
  }
  return undefined
}
