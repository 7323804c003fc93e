import { createReadStream, existsSync, statSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
}

/** A file below a folder, if it is of a kind that pages load. */
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
