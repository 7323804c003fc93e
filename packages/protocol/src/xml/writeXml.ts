const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Escapes text for an XML element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ESCAPES[c] as string)
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
      if (item === undefined) continue
      const inner = typeof item === 'object' ? writeXml(item ?? {}) : escapeXml(String(item))
      xml += item === null ? `<${name}/>` : `<${name}>${inner}</${name}>`
    }
  }
  return xml
}
