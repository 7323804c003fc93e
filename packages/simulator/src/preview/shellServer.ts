import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openRequest, type Route, readAll } from '../node/network'
import { documentWith, pageServer, relativePath, sendFile } from './http'
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
    return pageServer(400, (request, response, url) => this.#serve(request, response, url))
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
    { pathname, searchParams }: URL,
  ): Promise<void> {
    const { scripts, options } = this.#services
    if (pathname === '/') {
      const { faults, links = [] } = options
      const settings: ShellSettings = {
        phones: this.phones,
        faults: faults?.choices ?? [],
        links,
      }
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
      response.end(
        documentWith('__shell', settings, { name: 'shell', body: '', scripts: ['shell'] }),
      )
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

/** Headers that the browser needs to show a file or to save it. */
const SHOWN = ['content-type', 'content-length', 'content-disposition', 'etag', 'last-modified']

/**
 * Opens a link that the app has created, such as a signed URL, at the origin that its host is routed to: this computer
 * resolves the host name to another server, or not at all.
 */
async function openLink(link: string, to: ServerResponse, route: Route): Promise<void> {
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
