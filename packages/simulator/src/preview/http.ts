import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'

/** Answers a request for a path of the preview. */
type Serve = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>

/**
 * A server of the preview. Its page is at `/`; everything else is only for this page.
 * @param errorStatus of an error that `serve` throws, whose message is the answer
 */
export function pageServer(errorStatus: number, serve: Serve): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://preview')
    if (!isOwn(request, url.pathname === '/')) {
      response.writeHead(403).end()
      return
    }
    serve(request, response, url).catch((error: Error) => {
      if (response.headersSent) response.destroy()
      else response.writeHead(errorStatus, { 'Content-Type': 'text/plain' }).end(error.message)
    })
  })
}

/** An HTML document whose scripts find their settings in a global variable. */
export function documentWith(
  variable: string,
  settings: object,
  { name, body, scripts }: { name: string; body: string; scripts: string[] },
): string {
  // `<` could end the script element.
  const json = JSON.stringify(settings).replace(/</g, '\\u003c')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Preview</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/${name}.css">
</head>
<body>
${body}<script>window.${variable} = ${json}</script>
${scripts.map((script) => `<script src="/${script}.js"></script>\n`).join('')}</body>
</html>
`
}

/**
 * Whether a request comes from a page of the preview. Another page in the same browser must not control a
 * phone: neither by a cross-origin request nor by DNS rebinding.
 */
function isOwn({ headers }: IncomingMessage, isPage: boolean): boolean {
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
