import { asList, readXml, type XmlElement, type XmlValue } from '@miniprogram-cos/protocol'
import { XMLValidator } from 'fast-xml-parser'
import { CosServiceError } from './errors'

/** The error of a document that does not conform (document 436/7730). */
export function malformed(problem?: string): CosServiceError {
  return new CosServiceError('MalformedXML', undefined, problem ? { Decision: problem } : {})
}

/**
 * Parses and validates the document of a request. @returns the content of the root element
 * @throws CosServiceError `MalformedXML`
 */
export function parseXml(text: string, root: string): XmlElement {
  // A DOCTYPE can define entities that expand without limit; no COS request needs one.
  if (/<!DOCTYPE/i.test(text)) throw malformed('a document type')
  try {
    if (XMLValidator.validate(text) === true) return parseRoot(text, root)
  } catch {
    // Not well-formed, or without the root element.
  }
  throw malformed()
}

/** The content of the root element of a stored document. @throws CosServiceError `MalformedXML` */
export function parseRoot(text: string, root: string): XmlElement {
  const content = readXml(text)[root]
  if (content === '') return {}
  if (!isElement(content)) throw malformed(`${root} is missing`)
  return content
}

interface Count {
  min?: number
  max?: number
}

/** The children of one name. A single empty child counts as none. @throws CosServiceError `MalformedXML` */
function children(parent: XmlElement, name: string, { min = 0, max }: Count): XmlValue[] {
  const found = asList<XmlValue>(parent[name])
  if (found.length < min || found.length > (max ?? Number.POSITIVE_INFINITY)) {
    throw malformed(`${name} appears ${found.length} times`)
  }
  return found
}

/** The elements of one name. @throws CosServiceError `MalformedXML` */
export function elements(parent: XmlElement, name: string, count: Count = {}): XmlElement[] {
  return children(parent, name, count).map((child) => {
    if (child === '') return {}
    if (!isElement(child)) throw malformed(`${name} is text`)
    return child
  })
}

/** The element of one name, if there is one. @throws CosServiceError `MalformedXML` */
export function element(parent: XmlElement, name: string): XmlElement | undefined {
  return elements(parent, name, { max: 1 })[0]
}

/** @throws CosServiceError `MalformedXML` if it is missing */
export function requiredElement(parent: XmlElement, name: string): XmlElement {
  const found = element(parent, name)
  if (!found) throw malformed(`${name} is missing`)
  return found
}

/** The texts of one name. @throws CosServiceError `MalformedXML` */
export function texts(parent: XmlElement, name: string, count: Count = {}): string[] {
  return children(parent, name, count).map((child) => {
    if (typeof child !== 'string') throw malformed(`${name} is not text`)
    return child.trim()
  })
}

/** The text of one name, if there is one. @throws CosServiceError `MalformedXML` */
export function text(parent: XmlElement, name: string): string | undefined {
  return texts(parent, name, { max: 1 })[0]
}

/** @throws CosServiceError `MalformedXML` if it is missing or empty */
export function requiredText(parent: XmlElement, name: string): string {
  const found = text(parent, name)
  if (!found) throw malformed(`${name} is missing`)
  return found
}

/** Reads text that must be one of the allowed values. @throws CosServiceError `MalformedXML` */
export function requireOneOf<Value extends string>(
  parent: XmlElement,
  name: string,
  allowed: readonly Value[],
): Value {
  const found = requiredText(parent, name)
  const value = allowed.find((candidate) => candidate === found)
  if (value === undefined) throw malformed(`${name} is "${found}"`)
  return value
}

/** Requires `true` or `false`, ignoring case: Tencent's Python SDK writes `True`. @throws CosServiceError `MalformedXML` */
export function checkBoolean(parent: XmlElement, name: string): void {
  const found = requiredText(parent, name)
  if (!/^(true|false)$/i.test(found)) throw malformed(`${name} is "${found}"`)
}

/** An integer within limits, if there is one. @throws CosServiceError `MalformedXML` */
export function integer(
  parent: XmlElement,
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

/** @throws CosServiceError `MalformedXML` if a text appears twice */
export function checkUnique(found: (string | undefined)[], name: string): void {
  const values = found.filter((value) => value)
  if (new Set(values).size !== values.length) throw malformed(`${name} is not unique`)
}

function isElement(value: XmlValue | undefined): value is XmlElement {
  return typeof value === 'object' && !Array.isArray(value)
}
