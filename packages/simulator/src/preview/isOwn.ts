import type { IncomingMessage } from 'node:http'

/**
 * Whether a request comes from a page of the preview itself. Another page in the same browser must not make
 * the phone act: neither by a request across origins nor by a host name that was led here.
 */
export function isOwn({ headers }: IncomingMessage, isPage: boolean): boolean {
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? '')) return false
  const site = headers['sec-fetch-site']
  return isPage || site === undefined || site === 'same-origin' || site === 'none'
}
