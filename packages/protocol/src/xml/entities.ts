/** The characters that XML has names for, and the names, in the same order. */
export const NAMED = `&<>"'`
export const NAMES = ['amp', 'lt', 'gt', 'quot', 'apos']

/** Escapes text for an XML element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&${NAMES[NAMED.indexOf(character)]};`)
}
