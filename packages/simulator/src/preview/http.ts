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
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}

/** A path of a URL as a relative path that cannot leave its folder. */
export function relativePath(path: string): string {
  return normalize(join('/', decodeURIComponent(path))).slice(1)
}

/** Sends a file if it is of a type that pages load. */
export function sendFile(response: ServerResponse, file: string): void {
  const type = TYPES[extname(file).toLowerCase()]
  if (!type || !existsSync(file) || !statSync(file).isFile()) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' })
  createReadStream(file).pipe(response)
}
