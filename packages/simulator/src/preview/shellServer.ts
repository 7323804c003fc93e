import { createServer, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { isOwn, relativePath, sendFile } from './http'
import type { Activity, ShellPhone } from './protocol'
import type { SourceWatch } from './sourceWatch'

/** Rows sent to a page that is opened later. */
const MAX_ACTIVITIES = 200

/** The page with all phones and the panel of their requests. */
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

  addActivity(activity: Activity): void {
    this.#activities.push(activity)
    if (this.#activities.length > MAX_ACTIVITIES) this.#activities.shift()
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
      else sendFile(response, join(this.#scripts, relativePath(pathname)))
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

/** The document that shows the phones side by side. */
function shellPage(phones: ShellPhone[]): string {
  const json = JSON.stringify(phones).replace(/</g, '\\u003c')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Preview: two phones, one bucket</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/shell.css">
</head>
<body>
<p class="banner"><b>Preview in the browser, not WeChat.</b> The real pages, compiled from their source; layout and
<code>wx</code> are imitated. <span lang="zh">浏览器预览，并非微信：页面为真实源码，布局与 wx 为模拟。</span></p>
<main>
  <section id="phones" aria-label="phones"></section>
  <section id="panel" aria-label="requests">
    <header><h2>Requests <small>请求</small></h2><label><input type="checkbox" id="refused"> refused only</label>
    <button id="clear">Clear</button></header>
    <p id="nothing">What the phones send shows up here: who, what, and which rule allowed or refused it.</p>
    <ol id="requests"></ol>
  </section>
</main>
<script>window.__phones = ${json}</script>
<script src="/shell.js"></script>
</body>
</html>
`
}
