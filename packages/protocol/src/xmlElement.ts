/** A parsed element: its text, or its children by name; a repeated child is an array. */
export type XmlValue = string | XmlElement | XmlValue[]
export interface XmlElement {
  [name: string]: XmlValue
}

/** A child as an element; empty if COS sent none, or one without children. */
export function asElement(value: XmlValue | undefined): XmlElement {
  return typeof value === 'object' && !Array.isArray(value) ? value : {}
}

/**
 * A child as a list, whether COS sent none, one or many. The caller names the type of its items, as COS
 * documents them.
 */
export function asList<T = XmlElement>(value: XmlValue | undefined): T[] {
  return ([] as unknown[]).concat(value || []) as T[]
}
