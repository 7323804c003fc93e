import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openRequest, type Route, readAll } from '../node/network'
import { isOwn, relativePath, sendFile } from './http'
import type { ShellPhone, ShellSettings } from './protocol'
import type { RequestLog } from './requestLog'
import type { SourceWatch } from './sourceWatch'
import type { PreviewOptions } from './startPreview'

export interface ShellServices {
  source: SourceWatch
  /** Folder of the preview's built scripts. */
  scripts: string
  log: RequestLog
  options: Pick<PreviewOptions, 'faults' | 'links' | 'route'>
}

/** The page with all phones and the panel of their requests. */
export class Shell {
  readonly #services: ShellServices
  phones: ShellPhone[] = []

  constructor(services: ShellServices) {
    this.#services = services
  }

  createServer(): Server {
    return createServer((request, response) => {
      this.#serve(request, response).catch((error: Error) => {
        if (response.headersSent) response.destroy()
        else response.writeHead(400, { 'Content-Type': 'text/plain' }).end(error.message)
      })
    })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { scripts, options } = this.#services
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://shell')
    if (!isOwn(request, pathname === '/')) {
      response.writeHead(403).end()
    } else if (pathname === '/') {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
      const { faults, links = [] } = options
      response.end(shellPage({ phones: this.phones, faults: faults?.choices ?? [], links }))
    } else if (pathname === '/events') {
      this.#listen(response)
    } else if (pathname === '/open') {
      await openLink(searchParams.get('url') ?? '', response, options.route)
    } else if (pathname === '/faults' && request.method === 'POST') {
      const name = (await readAll(request)).toString('utf8')
      options.faults?.set(name === '' ? undefined : name)
      response.writeHead(204).end()
    } else {
      sendFile(response, join(scripts, relativePath(pathname)))
    }
  }

  #listen(response: ServerResponse): void {
    const { source, log } = this.#services
    source.listen(response)
    const stop = log.listen((update) => {
      response.write(`event: request\ndata: ${JSON.stringify(update)}\n\n`)
    })
    response.on('close', stop)
  }
}

/** The document that shows the phones side by side. */
function shellPage(settings: ShellSettings): string {
  // `<` could end the script element.
  const json = JSON.stringify(settings).replace(/</g, '\\u003c')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Preview</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/shell.css">
</head>
<body>
<script>window.__shell = ${json}</script>
<script src="/shell.js"></script>
</body>
</html>
`
}

/** Headers that the browser needs to show a file or to save it. */
const SHOWN = ['content-type', 'content-length', 'content-disposition', 'etag', 'last-modified']

/**
 * Opens a link that the app has made, such as a signed URL, from where its host is routed to: on this computer its
 * host name leads elsewhere, or nowhere.
 */
export async function openLink(link: string, to: ServerResponse, route: Route): Promise<void> {
  if (!/^https?:\/\//.test(link) || !URL.canParse(link)) {
    throw new Error('the link must begin with http:// or https://')
  }
  const target = new URL(link)
  if (route(target.host) === undefined) {
    to.writeHead(302, { Location: target.href }).end()
    return
  }
  await new Promise<void>((resolve, reject) => {
    const sent = openRequest(link, { route })
    sent.on('error', reject)
    sent.on('response', (response) => {
      const headers: Record<string, string> = {
        'Cache-Control': 'no-store',
        // A page that a user has uploaded must not control the preview.
        'Content-Security-Policy': 'sandbox',
      }
      for (const name of SHOWN) {
        const value = response.headers[name]
        if (typeof value === 'string') headers[name] = value
      }
      to.writeHead(response.statusCode ?? 502, headers)
      pipeline(response, to).then(resolve, reject)
    })
    sent.end()
  })
}
