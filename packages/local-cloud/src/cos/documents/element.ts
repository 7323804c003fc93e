import { asList, type XmlElement, type XmlValue } from '@miniprogram-cos/protocol'
import { Fault } from '../answer/fault'

/** An element's children by name, as `readXml` gives them. */
export type Element = Record<string, unknown>

/** What is said of a document that does not conform (document 436/7730). */
export function malformed(what?: string): Fault {
  const fault = new Fault('MalformedXML')
  if (what) fault.details.Decision = what
  return fault
}

/** The elements of one name, as many as may be. @throws Fault `MalformedXML` */
export function elements(
  parent: Element,
  name: string,
  { min = 0, max = Number.POSITIVE_INFINITY } = {},
): Element[] {
  const found = asList<XmlElement | string>(parent[name] as XmlValue | undefined)
  if (found.length < min || found.length > max) {
    throw malformed(`${name} appears ${found.length} times`)
  }
  return found.map((one) => {
    if (one === '') return {}
    if (typeof one !== 'object') throw malformed(`${name} is text`)
    return one as Element
  })
}

/** The one element of a name, if it is there. @throws Fault `MalformedXML` */
export function element(parent: Element, name: string): Element | undefined {
  return elements(parent, name, { max: 1 })[0]
}

/** @throws Fault `MalformedXML` */
export function requiredElement(parent: Element, name: string): Element {
  return elements(parent, name, { min: 1, max: 1 })[0] as Element
}

/** The texts of one name. @throws Fault `MalformedXML` */
export function texts(
  parent: Element,
  name: string,
  { min = 0, max = Number.POSITIVE_INFINITY } = {},
): string[] {
  const found = asList<unknown>(parent[name] as never)
  if (found.length < min || found.length > max) {
    throw malformed(`${name} appears ${found.length} times`)
  }
  return found.map((one) => {
    if (typeof one !== 'string') throw malformed(`${name} is no text`)
    return one.trim()
  })
}

/** The one text of a name, if it is there. @throws Fault `MalformedXML` */
export function text(parent: Element, name: string): string | undefined {
  return texts(parent, name, { max: 1 })[0]
}

/** @throws Fault `MalformedXML` when it is missing or empty */
export function requiredText(parent: Element, name: string): string {
  const found = text(parent, name)
  if (!found) throw malformed(`${name} is missing`)
  return found
}

/** A text that must be one of a few. @throws Fault `MalformedXML` */
export function oneOf(parent: Element, name: string, allowed: readonly string[]): string {
  const found = requiredText(parent, name)
  if (!allowed.includes(found)) throw malformed(`${name} is "${found}"`)
  return found
}

/** `true` or `false` in any case: Tencent's Python SDK writes `True`. @throws Fault `MalformedXML` */
export function checkBoolean(parent: Element, name: string): void {
  const found = requiredText(parent, name)
  if (!/^(true|false)$/i.test(found)) throw malformed(`${name} is "${found}"`)
}

/** A whole number within limits, if it is there. @throws Fault `MalformedXML` */
export function integer(
  parent: Element,
  name: string,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): number | undefined {
  const found = text(parent, name)
  if (found === undefined) return undefined
  const value = /^\d{1,15}$/.test(found) ? Number(found) : Number.NaN
  if (!(value >= min && value <= max)) throw malformed(`${name} is "${found}"`)
  return value
}

/** @throws Fault `MalformedXML` when a text comes twice */
export function distinct(found: (string | undefined)[], name: string): void {
  const given = found.filter((one) => one)
  if (new Set(given).size !== given.length) throw malformed(`${name} is not unique`)
}
