import { argumentError } from './errors'

/** COS's limit for a key, in UTF-8 bytes (document 436/13324). */
export const MAX_KEY_BYTES = 850

/**
 * Whether a key lies below a folder that ends in a slash. A segment `*` stands for exactly one segment, here for the
 * folder of any user.
 */
export function isBelow(path: string, key: string): boolean {
  const pattern = path.split('/').slice(0, -1)
  const segments = key.split('/')
  return (
    segments.length > pattern.length &&
    pattern.every((segment, i) => segment === '*' || segment === segments[i])
  )
}

/** Returns why COS would refuse a key; undefined if it would accept it. */
export function keyProblem(key: string): string | undefined {
  if (!key) return 'it is empty'
  if (/^[/\\]/.test(key)) return 'it starts with / or \\'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that COS forbids
  if (/[\x00\x18-\x1b]/.test(key)) return 'it contains NUL or 0x18 to 0x1B'
  const bytes = utf8Length(key)
  if (bytes > MAX_KEY_BYTES) return `it is ${bytes} bytes long; the limit is ${MAX_KEY_BYTES}`
  return undefined
}

/** @throws CosError `KitInvalidKey` if COS would refuse the key */
export function checkKey(key: string): void {
  const problem = keyProblem(key)
  if (problem) {
    throw argumentError(
      'KitInvalidKey',
      `invalid Key ${JSON.stringify(key.slice(0, 80))}: ${problem}`,
    )
  }
}

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
    throw argumentError('KitInvalidText', 'not valid Unicode (a lone surrogate)', text)
  }
}

/** Percent-decodes; a text that is not valid percent-encoding is returned unchanged. */
export function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Encodes an object key for a URL: every segment is percent-encoded, the slashes are kept. */
export function encodeKey(key: string): string {
  return encodeComponent(key).replace(/%2F/g, '/')
}

/** The length of a string in UTF-8 bytes. Mini programs have no TextEncoder. */
export function utf8Length(text: string): number {
  let bytes = 0
  for (const character of text) {
    const code = character.codePointAt(0) as number
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}

/**
 * File extensions by the beginning of their content type, for the files that mini programs upload; the whole registry
 * would take 36 KB. The type ends with the extension, or with the text after `=`.
 */
const TYPES = {
  'image/': 'avif bmp gif heic heif jpeg png webp jpg=jpeg svg=svg+xml',
  'audio/': 'ogg wav aac=x-aac amr m4a=mp4 mp3=mpeg',
  'video/': 'mp4 webm 3gp=3gpp m4v=x-m4v mov=quicktime',
  'text/': 'css csv html txt=plain',
  'application/':
    'json pdf xml zip doc=msword gz=gzip js=javascript ppt=vnd.ms-powerpoint xls=vnd.ms-excel',
  'application/vnd.openxmlformats-officedocument.':
    'docx=wordprocessingml.document pptx=presentationml.presentation xlsx=spreadsheetml.sheet',
}

/** The content type for a key's extension; `application/octet-stream` if unknown. */
export function contentTypeOf(key: string): string {
  const [, extension] = /\.(\w+)$/.exec(key.toLowerCase()) || []
  for (const [beginning, list] of Object.entries(TYPES)) {
    for (const item of list.split(' ')) {
      const [name, rest = name] = item.split('=')
      if (name === extension) return `${beginning}${rest}`
    }
  }
  return 'application/octet-stream'
}
