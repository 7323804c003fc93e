import { readFileSync } from 'node:fs'
import { type Expression, parseExpressionAt } from 'acorn'

/**
 * The line where a value stands in the text of a JSON document. What is missing is looked for as deep as it goes.
 * @param path names and positions on the way there
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

/** The line in a JSON file of what a message names as `["pages"][1]` or as `window.backgroundColor`. */
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
