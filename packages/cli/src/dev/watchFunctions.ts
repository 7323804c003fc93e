import { existsSync, type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'
import { buildFunctions } from '../functions/buildFunctions'
import { functionNames, functionRoot } from '../functions/functionFiles'
import { projectRoot } from '../project'

/** Delay in milliseconds, because one save often consists of several writes. */
const SETTLE_MS = 100

export interface FunctionWatchEvents {
  /** Called after the functions were rebuilt. */
  onChange: () => Promise<void>
  /** Called if the configuration cannot be built; the functions are unchanged. */
  onError: (error: Error) => void
}

/**
 * Watches an app's configuration, with the scripts beside it that it may import, and the app's own functions. The kit's
 * functions are rebuilt before the change is reported.
 * @returns a function that stops watching
 */
export function watchFunctions({ onChange, onError }: FunctionWatchEvents): () => void {
  const root = projectRoot()
  const functions = functionRoot(root)
  const built = functionNames(root)
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  const rebuild = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      running = running.then(async () => {
        try {
          await buildFunctions()
          await onChange()
        } catch (error) {
          onError(error as Error)
        }
      })
    }, SETTLE_MS)
  }
  const watchers: FSWatcher[] = [
    watch(root, (_, name) => {
      if (name && /\.(ts|js|json)$/.test(name)) rebuild()
    }),
  ]
  const folder = join(root, functions)
  if (existsSync(folder)) {
    const own = watch(folder, { recursive: true }, (_, file) => {
      const [name = ''] = (file ?? '').split(/[/\\]/)
      // Files that the build itself writes are not changes.
      if (!built.includes(name)) rebuild()
    })
    watchers.push(own)
  }
  return () => {
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}
