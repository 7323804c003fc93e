import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

const KB = 1024

/**
 * The bytes that each entry of the client adds to an app's package, and the bytes that are loaded at start: the limits that a
 * test checks, and the targets. When a size decreases, its limit is lowered.
 */
export const CLIENT_SIZES = [
  {
    entry: 'index.js',
    what: 'client',
    limit: 79_990,
    goal: 60 * KB,
    start: { limit: 41_110, goal: 42 * KB },
  },
  {
    entry: 'upload.js',
    what: 'upload-only client',
    limit: 52_710,
    goal: 41 * KB,
    start: { limit: 38_880, goal: 36 * KB },
  },
  // Includes the advice, which an app may exclude.
  {
    entry: 'form.js',
    what: 'form-only client',
    limit: 12_100,
    goal: 8 * KB,
    start: { limit: 8_950, goal: 8 * KB },
  },
]

/** Requires a script by a relative path. */
const REQUIRE = /\brequire\(["'](\.[^"']+)["']\)/g
/** The same as the client's build writes it when the script is loaded, not by a function that is called later. */
const REQUIRE_AT_ONCE = /\}=require\(["'](\.[^"']+)["']\)/g

/** Bytes of a script and of all scripts that it requires by relative paths. */
export function sizeWithRequired(file: string, seen = new Set<string>()): number {
  return totalSize(file, REQUIRE, seen)
}

/** Bytes of a file of the client and of the files that it loads at start. */
export function sizeAtStart(file: string): number {
  return totalSize(file, REQUIRE_AT_ONCE, new Set())
}

function totalSize(file: string, pattern: RegExp, seen: Set<string>): number {
  if (seen.has(file)) return 0
  seen.add(file)
  const required = readFileSync(file, 'utf8').matchAll(pattern)
  let size = statSync(file).size
  for (const [, name = ''] of required) {
    const path = join(dirname(file), name)
    size += totalSize(path.endsWith('.js') ? path : `${path}.js`, pattern, seen)
  }
  return size
}

/** `74.3 KB`; 1 KB is 1024 bytes, as DevTools counts. */
export function inKb(bytes: number): string {
  return `${(bytes / KB).toFixed(1)} KB`
}
