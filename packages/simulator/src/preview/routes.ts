/** Whether a URL is one that a key of `routes` stands for: a path on any host, a host, or the beginning of a URL. */
export function isRouted({ host, pathname, href }: URL, key: string): boolean {
  if (key.startsWith('/')) return pathname === key
  if (!/^https?:\/\//.test(key)) return host === key
  const rest = href.slice(key.length)
  return href.startsWith(key) && (rest === '' || key.endsWith('/') || /^[/?#]/.test(rest))
}

/**
 * Reads the option `routes`.
 * @returns gives the address that is requested instead of a URL
 * @throws Error that names the route whose target is no URL
 */
export function readRoutes(routes: Record<string, string>): (url: URL) => URL | undefined {
  const entries = Object.entries(routes).map(([key, target]) => {
    if (!URL.canParse(target) || !/^https?:/.test(target)) {
      throw new Error(
        `route ${key}: "${target}" must be a URL that begins with http:// or https://`,
      )
    }
    return { key, target }
  })
  return (url) => {
    const found = entries.find(({ key }) => isRouted(url, key))
    if (!found) return undefined
    const { key, target } = found
    const replacement = new URL(target)
    // The part of the path after the replaced one is kept.
    const rest = key.startsWith('/')
      ? ''
      : /^https?:/.test(key)
        ? url.pathname.slice(new URL(key).pathname.length)
        : url.pathname
    replacement.pathname =
      replacement.pathname.replace(/\/$/, '') + (rest && !rest.startsWith('/') ? `/${rest}` : rest)
    for (const [name, value] of url.searchParams) replacement.searchParams.append(name, value)
    return replacement
  }
}
