import { type FSWatcher, watch } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { type CompiledApp, compileApp } from '../compile/compileApp'
import type { SourceProblem } from '../compile/compiledApp'
import { SourceError, SourceTree } from '../compile/sourceTree'

/** One save is often several writes. */
const SETTLE_MS = 60

/** Where the project's folder is the app: installed packages, and hidden folders such as those of git or of local data. */
const NOT_SOURCE = /(^|[/\\])(\.|node_modules([/\\]|$))/

/** Compiles the app on request, and again after a change, of which it notifies the pages. */
export class SourceWatch {
  readonly tree: SourceTree
  readonly #folder: string
  readonly #listeners = new Set<ServerResponse>()
  readonly #watcher: FSWatcher
  #compiled: Promise<Pick<CompiledApp, 'script' | 'sourceMap'>> | undefined
  #timer: NodeJS.Timeout | undefined

  /**
   * @param folder the folder with app.json, or the project's folder
   * @param project the project's folder, if it is another one
   */
  constructor(folder: string, project?: string) {
    this.#folder = folder
    this.tree = new SourceTree(folder, project)
    this.#watcher = watch(this.tree.root, { recursive: true }, (_, file) => {
      if (file && NOT_SOURCE.test(file)) return
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => {
        this.#compiled = undefined
        for (const listener of this.#listeners) listener.write('event: reload\ndata: \n\n')
      }, SETTLE_MS)
    })
  }

  /** The app as one script; a script that shows the errors if app.json cannot be read. */
  async compiled(): Promise<Pick<CompiledApp, 'script' | 'sourceMap'>> {
    this.#compiled ??= compileApp(this.#folder).catch((error: unknown) => {
      const problems = error instanceof SourceError ? error.problems : internalError(error)
      return { script: `__preview.fail(${JSON.stringify(problems)})`, sourceMap: '' }
    })
    return this.#compiled
  }

  /** Sends a server-sent event to a page when it has to reload. */
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

/** A fault of the preview, not of the app's source. */
function internalError(error: unknown): SourceProblem[] {
  console.error('The preview failed to compile the app:', error)
  const message = error instanceof Error ? error.message : String(error)
  return [{ file: 'internal error of the preview', line: 0, column: 0, message, excerpt: '' }]
}
