/**
 * True when a key's dot segments and slashes fold away to the bucket root. COS answers a GET of such
 * a key as a GET of the bucket, so the official SDKs refuse to read it.
 */
export function foldsToRoot(key: string): boolean {
  let depth = 0
  for (const segment of key.split('/')) {
    if (segment === '..') depth = Math.max(depth - 1, 0)
    else if (segment && segment !== '.') depth++
  }
  return depth === 0
}
