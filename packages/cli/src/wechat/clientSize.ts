import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

const KB = 1024

/**
 * By how many bytes an app's package grows when it requires one of the client's entries: the limit that a test checks,
 * and the target. When the size goes down, the limit follows; it goes up for a new method alone, as it did by 6.2 KB for
 * downloads in ranges that can be resumed.
 */
export const CLIENT_SIZES = [
  { entry: 'index.js', what: 'client', limit: 74_600, goal: 60 * KB },
  { entry: 'upload.js', what: 'upload-only client', limit: 48_900, goal: 41 * KB },
  { entry: 'form.js', what: 'form-only client', limit: 12_000, goal: 8 * KB },
]

/** Bytes of a script and of everything it requires by relative paths, each file once. */
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
