import { CosError } from '../errors/CosError'

/** A parsed element: its text, or its children by name; a repeated child is an array. */
export type XmlValue = string | XmlElement | XmlValue[]
export interface XmlElement {
  [name: string]: XmlValue
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decodeEntities(text: string): string {
  if (text.indexOf('&') < 0) return text
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, dec, name) => {
    if (name) return NAMED[name] ?? whole
    const code = hex ? Number.parseInt(hex, 16) : Number(dec)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
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
  const root: XmlElement = {}
  const stack: { name: string; children: XmlElement; text: string; hasChild: boolean }[] = [
    { name: '', children: root, text: '', hasChild: false },
  ]
  const token =
    /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([^\s<>/!?]+)([^<>]*?)(\/?)>|([^<]+)/g
  let end = 0
  for (let m = token.exec(text); m; m = token.exec(text)) {
    if (m.index !== end) break
    end = token.lastIndex
    const top = stack[stack.length - 1] as (typeof stack)[number]
    if (m[1] !== undefined) top.text += m[1]
    else if (m[6] !== undefined) top.text += decodeEntities(m[6])
    else if (m[3] === undefined) continue
    else if (m[2]) {
      if (stack.length === 1 || top.name !== m[3]) throw broken(`unexpected </${m[3]}>`)
      stack.pop()
      const parent = stack[stack.length - 1] as (typeof stack)[number]
      parent.hasChild = true
      add(parent.children, top.name, top.hasChild ? top.children : top.text)
    } else if (m[5]) {
      top.hasChild = true
      add(top.children, m[3], '')
    } else {
      stack.push({ name: m[3], children: {}, text: '', hasChild: false })
    }
  }
  if (end !== text.length) throw broken(`unreadable at character ${end}`)
  if (stack.length > 1) throw broken(`<${stack[stack.length - 1]?.name}> is not closed`)
  return root
}

function add(parent: XmlElement, name: string, value: XmlValue): void {
  if (!Object.prototype.hasOwnProperty.call(parent, name)) {
    // Not a plain assignment: an element named __proto__ must stay data.
    Object.defineProperty(parent, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    })
    return
  }
  const before = parent[name] as XmlValue
  if (Array.isArray(before)) before.push(value)
  else parent[name] = [before, value]
}

function broken(why: string): CosError {
  return new CosError({
    kind: 'integrity',
    code: 'KitInvalidXml',
    message: `the answer is not readable XML: ${why}`,
    retryable: true,
  })
}

/** A child as a list, whether COS sent none, one or many. */
export function asList<T = XmlElement>(value: XmlValue | undefined): T[] {
  if (value === undefined || value === '') return []
  return (Array.isArray(value) ? value : [value]) as T[]
}
