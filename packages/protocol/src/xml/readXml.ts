import { cosError } from '../errors/CosError'
import { NAMED, NAMES } from './entities'

/** A parsed element: its text, or its children by name; a repeated child is an array. */
export type XmlValue = string | XmlElement | XmlValue[]
export interface XmlElement {
  [name: string]: XmlValue
}

/** An element whose end has not come yet. */
interface Open {
  name: string
  text: string
  children?: XmlElement
  parent?: Open
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(x?[\da-f]+)|(\w+));/gi, (whole, number, name) => {
    // `0x4e2d` as well as `020013`.
    const code = Number(`0${number}`)
    if (code > 0 && code <= 0x10ffff) return String.fromCodePoint(code)
    return NAMED[NAMES.indexOf(name)] || whole
  })
}

/**
 * Reads the XML that COS sends: elements and text, no trimming, no number parsing, attributes and
 * comments passed over, repeated elements as arrays. White space between elements is dropped.
 * A DOCTYPE is refused: COS sends none, and expanding entities is an attack surface.
 *
 * @throws CosError `KitInvalidXml` (kind `integrity`) for text that is not a whole document
 */
export function readXml(text: string): XmlElement {
  const root: Open = { name: '', text: '', children: {} }
  let top = root
  // CDATA; comment; instruction; tag: slash, name, attributes, slash; text. All are next to each other.
  const token =
    /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([^\s<>/!?]+)[^<>]*?(\/?)>|([^<]+)/y
  for (let at = 0; at < text.length; at = token.lastIndex) {
    const match = token.exec(text)
    if (!match) throw broken(`unreadable at character ${at}`)
    const [, cdata, close, name, empty, chars] = match
    if (chars) top.text += decodeEntities(chars)
    else if (cdata) top.text += cdata
    else if (close) {
      const { parent } = top
      if (!parent || top.name !== name) throw broken(`unexpected </${name}>`)
      add(parent, name, top.children || top.text)
      top = parent
    } else if (empty) add(top, name as string, '')
    else if (name) top = { name, text: '', parent: top }
  }
  if (top !== root) throw broken(`<${top.name}> is not closed`)
  return root.children as XmlElement
}

function add(parent: Open, name: string, value: XmlValue): void {
  if (!parent.children) parent.children = {}
  const { children } = parent
  const before = children[name] as XmlValue
  // By a plain assignment an element named __proto__ would be none.
  if (name === '__proto__') parent.children = { ...children, [name]: value }
  else if (!{}.hasOwnProperty.call(children, name)) children[name] = value
  else if (Array.isArray(before)) before.push(value)
  else children[name] = [before, value]
}

function broken(why: string): Error {
  return cosError('integrity', 'KitInvalidXml', `the answer is not readable XML: ${why}`, {
    retryable: true,
  })
}

/** A child as a list, whether COS sent none, one or many. */
export function asList<T = XmlElement>(value: XmlValue | undefined): T[] {
  return ([] as unknown[]).concat(value || []) as T[]
}
