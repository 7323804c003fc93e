import { argumentError } from '../errors/CosError'
import { utf8Length } from './encode'

/** COS's limit for a key, in UTF-8 bytes (document 436/13324). */
export const MAX_KEY_BYTES = 850

/** Why COS would refuse this key, or undefined if it would not. */
export function keyProblem(key: string): string | undefined {
  if (!key) return 'it is empty'
  if (/^[/\\]/.test(key)) return 'it starts with a slash or backslash'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters COS forbids
  if (/[\x00\x18-\x1b]/.test(key)) return 'it contains a control character (NUL or 0x18 to 0x1B)'
  const bytes = utf8Length(key)
  if (bytes > MAX_KEY_BYTES) return `it is ${bytes} bytes long; the limit is ${MAX_KEY_BYTES}`
  return undefined
}

/** @throws CosError `KitInvalidKey` when COS would refuse the key */
export function checkKey(key: string): void {
  const problem = keyProblem(key)
  if (problem) {
    throw argumentError(
      'KitInvalidKey',
      `invalid Key ${JSON.stringify(key.slice(0, 80))}: ${problem}`,
    )
  }
}
