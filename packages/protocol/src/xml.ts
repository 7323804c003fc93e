import { cosError } from './errors'
import type { XmlElement, XmlValue } from './xmlElement'

/** An element whose end tag has not been read yet. */
interface OpenElement {
  name: string
  text: string
  _children?: XmlElement
  parent?: OpenElement
}

/** The characters with a named entity, and the names of the entities in the same order. */
const CHARACTERS = `&<>"'`
const ENTITIES = ['amp', 'lt', 'gt', 'quot', 'apos']

/** Escapes text for an XML element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&${ENTITIES[CHARACTERS.indexOf(character)]};`)
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(x?[\da-f]+)|(\w+));/gi, (whole, number, name) => {
    // Hexadecimal as `0x4e2d`, decimal as `020013`.
    const code = Number(`0${number}`)
    if (code > 0 && code <= 0x10ffff) return String.fromCodePoint(code)
    return CHARACTERS[ENTITIES.indexOf(name)] || whole
  })
}

/**
 * Parses the XML of COS: elements and text, repeated elements as arrays. Text is neither trimmed nor parsed as numbers;
 * attributes, comments and white space between elements are ignored. A DOCTYPE is refused: COS sends none, and entity
 * expansion would be a vulnerability.
 *
 * @throws CosError `KitInvalidXml` (kind `integrity`) for text that is not a complete document
 */
export function readXml(text: string): XmlElement {
  const root: OpenElement = { name: '', text: '', _children: {} }
  let top = root
  // CDATA; comment; instruction; tag (slash, name, attributes, slash); text.
  const token =
    /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([^\s<>/!?]+)[^<>]*?(\/?)>|([^<]+)/y
  for (let at = 0; at < text.length; at = token.lastIndex) {
    const match = token.exec(text)
    if (!match) throw invalid(`unreadable at character ${at}`)
    const [, cdata, close, name, empty, chars] = match
    if (chars) top.text += decodeEntities(chars)
    else if (cdata) top.text += cdata
    else if (close) {
      const { parent } = top
      if (!parent || top.name !== name) throw invalid(`unexpected </${name}>`)
      addChild(parent, name, top._children || top.text)
      top = parent
    } else if (empty) addChild(top, name as string, '')
    else if (name) top = { name, text: '', parent: top }
  }
  if (top !== root) throw invalid(`<${top.name}> is not closed`)
  return root._children as XmlElement
}

function addChild(parent: OpenElement, name: string, value: XmlValue): void {
  if (!parent._children) parent._children = {}
  const { _children: children } = parent
  const existing = children[name] as XmlValue
  // A plain assignment to `__proto__` would not add a property.
  if (name === '__proto__') parent._children = { ...children, [name]: value }
  else if (!{}.hasOwnProperty.call(children, name)) children[name] = value
  else if (Array.isArray(existing)) existing.push(value)
  else children[name] = [existing, value]
}

function invalid(why: string): Error {
  return cosError('integrity', 'KitInvalidXml', `not readable XML: ${why}`, {
    retryable: true,
  })
}

/**
 * Writes plain data as XML without declaration or white space. Arrays repeat their element,
 * `undefined` is left out, `null` is `<name/>`.
 *
 * @example writeXml({ Delete: { Quiet: true, Object: [{ Key: 'a' }] } })
 */
export function writeXml(data: object): string {
  let xml = ''
  for (const [name, value] of Object.entries(data)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item === null) xml += `<${name}/>`
      else if (item !== undefined) {
        xml += `<${name}>${typeof item === 'object' ? writeXml(item) : escapeXml(String(item))}</${name}>`
      }
    }
  }
  return xml
}
