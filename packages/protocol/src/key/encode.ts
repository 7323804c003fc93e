import { argumentError } from '../errors/CosError'

/**
 * Percent-encodes as COS does: UTF-8, everything except `A-Z a-z 0-9 - _ . ~`, upper-case hex.
 * That is `encodeURIComponent` plus the five characters it leaves alone (document 436/7778).
 *
 * @throws CosError `KitInvalidText` for a lone surrogate, which has no UTF-8 form
 */
export function encodeComponent(text: string): string {
  try {
    return encodeURIComponent(text).replace(
      /[!'()*]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    )
  } catch {
    throw argumentError(
      'KitInvalidText',
      `not valid Unicode (a lone surrogate): ${JSON.stringify(text)}`,
    )
  }
}

/** Encodes an object key for a URL: every segment percent-encoded, the slashes kept. */
export function encodeKey(key: string): string {
  return encodeComponent(key).replace(/%2F/g, '/')
}

/** Length of a text in UTF-8 bytes, without the platform's TextEncoder (phones lack it). */
export function utf8Length(text: string): number {
  let bytes = 0
  for (const character of text) {
    const code = character.codePointAt(0) as number
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}
