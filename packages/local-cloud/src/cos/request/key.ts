import { MAX_KEY_BYTES } from '@miniprogram-cos/protocol'
import { Fault } from '../answer/fault'

/** What is wrong with a key (document 436/13324). */
export function keyFault(key: string): Fault | undefined {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return new Fault('KeyTooLong')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters COS forbids
  const isRefused = key === '' || key[0] === '\\' || /[\x00\x18-\x1b]/.test(key)
  return isRefused ? new Fault('InvalidObjectName') : undefined
}

/** @throws Fault `KeyTooLong`, `InvalidObjectName` */
export function checkKey(key: string): void {
  const fault = keyFault(key)
  if (fault) throw fault
}

/** Whether a path is nothing but slashes and dots, which COS takes for the bucket itself. */
export function foldsToBucket(path: string): boolean {
  return path.split('/').every((segment) => segment === '' || segment === '.')
}

/**
 * COS takes a key without the slashes in front, though document 436/13324 discourages them: Tencent's own
 * SDK tests put `//k` and read `/k` back.
 */
export function withoutLeadingSlashes(path: string): string {
  return path.replace(/^\/+/, '')
}
