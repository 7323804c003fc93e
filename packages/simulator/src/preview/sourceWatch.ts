import { type FSWatcher, watch } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { compileApp } from '../compile/compileApp'
import { SourceError } from '../compile/sourceError'

/** One save is often several writes. */
const SETTLE_MS = 60

/** Compiles the app on request, and again after a change, of which it notifies the pages. */
export class SourceWatch {
  readonly #root: string
  readonly #listeners = new Set<ServerResponse>()
  readonly #watcher: FSWatcher
  #script: Promise<string> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(root: string) {
    this.#root = root
    this.#watcher = watch(root, { recursive: true }, () => {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => {
        this.#script = undefined
        for (const listener of this.#listeners) listener.write('event: reload\ndata: \n\n')
      }, SETTLE_MS)
    })
  }

  /** The app as one script; a script that shows the errors if the app does not compile. */
  script(): Promise<string> {
    this.#script ??= compileApp(this.#root).catch((error: unknown) => {
      if (!(error instanceof SourceError)) throw error
      return `__problems(${JSON.stringify(error.problems)})`
    })
    return this.#script
  }

  /** Sends server-sent events to a page that tell it when to reload. */
  listen(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    response.write(': reload when the source has changed\n\n')
    this.#listeners.add(response)
    response.on('close', () => this.#listeners.delete(response))
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#watcher.close()
    for (const listener of this.#listeners) listener.end()
  }
}
