import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

const KB = 1024

/**
 * What an app's package grows by, in bytes, when it takes in one of the client's entries: what must hold, and
 * what is worked towards. A limit follows the size down, never up.
 */
export const CLIENT_SIZES = [
  { entry: 'index.js', what: 'client', limit: 68_300, goal: 48 * KB },
  { entry: 'upload.js', what: 'client that only uploads', limit: 47_900, goal: 20 * KB },
]

/** Bytes of a script and of all that it requires by relative names, each once. */
export function sizeWithRequired(file: string, seen = new Set<string>()): number {
  if (seen.has(file)) return 0
  seen.add(file)
  const required = readFileSync(file, 'utf8').matchAll(/\brequire\(["'](\.[^"']+)["']\)/g)
  let size = statSync(file).size
  for (const [, name = ''] of required) {
    const path = join(dirname(file), name)
    size += sizeWithRequired(path.endsWith('.js') ? path : `${path}.js`, seen)
  }
  return size
}

/** `74.3 KB`; 1 KB is 1024 bytes, as DevTools counts. */
export function inKb(bytes: number): string {
  return `${(bytes / KB).toFixed(1)} KB`
}
