import {
  distinct,
  type Element,
  element,
  elements,
  malformed,
  requiredText,
  texts,
} from './element'

const MAX_RULES = 10
const MAX_ACTIONS = 200
const MAX_NAMES = 20
/** Their signature is not of the kind that the mode is about. */
const REFUSED = new Set(['PostObject', 'GetService'])

/** A `StrictSignatureConfiguration` (document 436/53892). @throws Fault `MalformedXML` */
export function checkStrictSignature(document: Element): void {
  const rules = elements(document, 'Rule', { min: 1, max: MAX_RULES })
  const ids = rules.map((rule) => requiredText(rule, 'ID'))
  distinct(ids, 'ID')
  if (!ids.every((id) => /^[A-Za-z0-9._-]{1,255}$/.test(id))) throw malformed('ID is not valid')
  for (const rule of rules) {
    const actions = listOf(rule, 'action', MAX_ACTIONS)
    if (actions.some((one) => REFUSED.has(one.replace(/^(name\/)?cos:/, '')))) {
      throw malformed('an action that the mode does not know')
    }
    listOf(rule, 'header', MAX_NAMES)
    listOf(rule, 'param', MAX_NAMES)
  }
}

function listOf(rule: Element, name: string, max: number): string[] {
  const list = element(rule, `${name}list`)
  return list ? texts(list, name, { max }) : []
}
