import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

const KB = 1024

/**
 * By how many bytes an app's package grows when it requires one of the client's entries, and how many of them it loads
 * at once: the limits that a test checks, and the targets. When a size goes down, its limit follows.
 */
export const CLIENT_SIZES = [
  {
    entry: 'index.js',
    what: 'client',
    limit: 79_710,
    goal: 60 * KB,
    start: { limit: 40_800, goal: 42 * KB },
  },
  {
    entry: 'upload.js',
    what: 'upload-only client',
    limit: 52_420,
    goal: 41 * KB,
    start: { limit: 38_570, goal: 36 * KB },
  },
  // With the advice, which an app may leave out; without it the form-only client is its one file.
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

/** Bytes of a script and of everything it requires by relative paths, each file once. */
export function sizeWithRequired(file: string, seen = new Set<string>()): number {
  return totalSize(file, REQUIRE, seen)
}

/** Bytes of a file of the client and of what it loads at once. */
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
