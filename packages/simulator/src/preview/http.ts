import { createReadStream, existsSync, statSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'

/**
 * Whether a request comes from a page of the preview. Another page in the same browser must not control a
 * phone: neither by a cross-origin request nor by DNS rebinding.
 */
export function isOwn({ headers }: IncomingMessage, isPage: boolean): boolean {
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? '')) return false
  const site = headers['sec-fetch-site']
  return isPage || site === undefined || site === 'same-origin' || site === 'none'
}

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
}

/** Sends a file below a folder if it is of a type that pages load. */
export function sendFile(response: ServerResponse, folder: string, path: string): void {
  const type = TYPES[extname(path)]
  const file = join(folder, normalize(decodeURIComponent(path)))
  if (!type || !existsSync(file) || !statSync(file).isFile()) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' })
  createReadStream(file).pipe(response)
}
