import {
  distinct,
  type Element,
  element,
  elements,
  malformed,
  oneOf,
  requiredElement,
  requiredText,
  text,
} from './element'

/** A `ReplicationConfiguration` (document 436/19223). @throws Fault `MalformedXML` */
export function checkReplication(document: Element): void {
  requiredText(document, 'Role')
  const rules = elements(document, 'Rule', { min: 1 })
  distinct(
    rules.map((rule) => text(rule, 'ID')),
    'ID',
  )
  for (const rule of rules) {
    oneOf(rule, 'Status', ['Enabled', 'Disabled'])
    requiredText(requiredElement(rule, 'Destination'), 'Bucket')
  }
  const prefixes = rules.map((rule) => {
    const filter = element(rule, 'Filter')
    return text(rule, 'Prefix') ?? (filter && text(filter, 'Prefix')) ?? ''
  })
  for (const [i, prefix] of prefixes.entries()) {
    const others = prefixes.filter((_, at) => at !== i)
    if (others.some((other) => other.startsWith(prefix))) throw malformed('Prefixes overlap')
  }
}
