// Apart from xml.ts, which phones load later.

/** A parsed element: its text, or its children by name; a repeated child is an array. */
export type XmlValue = string | XmlElement | XmlValue[]
export interface XmlElement {
  [name: string]: XmlValue
}

/** Returns a child as an element; empty if it is missing or has no children. */
export function asElement(value: XmlValue | undefined): XmlElement {
  return typeof value === 'object' && !Array.isArray(value) ? value : {}
}

/**
 * Returns a child as an array, whether COS sent none, one or several. The caller specifies the type of the items.
 */
export function asList<T = XmlElement>(value: XmlValue | undefined): T[] {
  return ([] as unknown[]).concat(value || []) as T[]
}
