import { createServer, type Server, type ServerResponse } from 'node:http'
import type { Activity } from './activity'
import { isOwn } from './isOwn'
import { sendFile } from './sendFile'
import { type ShellPhone, shellPage } from './shellPage'
import type { SourceWatch } from './sourceWatch'

const KEPT = 200

/** The page with all phones and the panel of what they do. */
export class Shell {
  readonly #source: SourceWatch
  readonly #scripts: string
  readonly #activities: Activity[] = []
  readonly #listeners = new Set<ServerResponse>()
  phones: ShellPhone[] = []

  constructor(source: SourceWatch, scripts: string) {
    this.#source = source
    this.#scripts = scripts
  }

  tell(activity: Activity): void {
    this.#activities.push(activity)
    if (this.#activities.length > KEPT) this.#activities.shift()
    for (const listener of this.#listeners) listener.write(eventOf(activity))
  }

  createServer(): Server {
    return createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://shell')
      if (!isOwn(request, pathname === '/')) response.writeHead(403).end()
      else if (pathname === '/') {
        response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
        response.end(shellPage(this.phones))
      } else if (pathname === '/events') this.#listen(response)
      else sendFile(response, this.#scripts, pathname)
    })
  }

  #listen(response: ServerResponse): void {
    this.#source.listen(response)
    for (const activity of this.#activities) response.write(eventOf(activity))
    this.#listeners.add(response)
    response.on('close', () => this.#listeners.delete(response))
  }
}

function eventOf(activity: Activity): string {
  return `event: activity\ndata: ${JSON.stringify(activity)}\n\n`
}
