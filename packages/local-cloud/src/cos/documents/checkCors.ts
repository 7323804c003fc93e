import { distinct, type Element, elements, integer, malformed, text, texts } from './element'

const METHODS = new Set(['PUT', 'GET', 'POST', 'DELETE', 'HEAD'])
const MAX_RULES = 100

/** A `CORSConfiguration` (document 436/8279). @throws Fault `MalformedXML` */
export function checkCors(document: Element): void {
  const rules = elements(document, 'CORSRule', { min: 1, max: MAX_RULES })
  distinct(
    rules.map((rule) => text(rule, 'ID')),
    'ID',
  )
  for (const rule of rules) {
    for (const origin of texts(rule, 'AllowedOrigin', { min: 1 })) checkOrigin(origin)
    for (const method of texts(rule, 'AllowedMethod', { min: 1 })) {
      if (!METHODS.has(method)) throw malformed(`AllowedMethod is "${method}"`)
    }
    texts(rule, 'AllowedHeader')
    if (texts(rule, 'ExposeHeader').some((name) => name.includes('*'))) {
      throw malformed('ExposeHeader takes no wildcard')
    }
    integer(rule, 'MaxAgeSeconds', 0)
  }
}

/** `*`, or protocol and host with at most one wildcard. */
function checkOrigin(origin: string): void {
  const isValid = origin === '*' || /^(https?:\/\/|\*)[^*]*\*?[^*]*$/.test(origin)
  if (!isValid || origin.split('*').length > 2) throw malformed(`AllowedOrigin is "${origin}"`)
}
