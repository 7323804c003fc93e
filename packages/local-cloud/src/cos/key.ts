import { MAX_KEY_BYTES } from '@miniprogram-cos/protocol'
import { Fault } from './fault'

/**
 * Refuses what cannot be a key (document 436/13324). A leading slash is discouraged there, but COS takes
 * it: Tencent's own SDK tests put and get such keys.
 * @throws Fault `KeyTooLong`, `InvalidURI`
 */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new Fault('KeyTooLong')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters COS forbids
  if (key === '' || key[0] === '\\' || /[\x00\x18-\x1b]/.test(key)) throw new Fault('InvalidURI')
}

/** Whether a path is nothing but slashes and dots, which COS takes for the bucket itself. */
export function foldsToBucket(path: string): boolean {
  return path.split('/').every((segment) => segment === '' || segment === '.')
}
