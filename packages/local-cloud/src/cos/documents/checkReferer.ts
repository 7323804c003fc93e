import { type Element, oneOf, requiredElement, text, texts } from './element'

const MAX_DOMAINS = 10

/** A `RefererConfiguration` (document 436/32492). @throws Fault `MalformedXML` */
export function checkReferer(document: Element): void {
  oneOf(document, 'Status', ['Enabled', 'Disabled'])
  oneOf(document, 'RefererType', ['Black-List', 'White-List'])
  texts(requiredElement(document, 'DomainList'), 'Domain', { min: 1, max: MAX_DOMAINS })
  if (text(document, 'EmptyReferConfiguration') !== undefined) {
    oneOf(document, 'EmptyReferConfiguration', ['Allow', 'Deny'])
  }
}
