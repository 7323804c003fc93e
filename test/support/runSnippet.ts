import { readFileSync } from 'node:fs'
import { transformSync } from 'esbuild'
import type { Untyped } from './bothClients'
import { at } from './root'

/** What a mini program's script finds around it. */
interface SnippetWorld {
  wx: object
  /** What `require` finds, by the last part of its path. */
  modules: Record<string, unknown>
  Page?: (page: object) => void
  App?: (app: object) => void
}

/** Runs a script of `test/docs/snippets` as an app would, and returns what it exports. */
export function runSnippet(name: string, { wx, modules, Page, App }: SnippetWorld): Untyped {
  const module = { exports: {} as Untyped }
  const require = (path: string) => {
    const last = path.split('/').pop()?.replace(/\.js$/, '') ?? ''
    if (!(last in modules)) throw new Error(`no module ${path}`)
    return modules[last]
  }
  const source = readFileSync(at('test/docs/snippets', name), 'utf8')
  const { code } = transformSync(source, { loader: 'ts', format: 'cjs' })
  const names = ['wx', 'require', 'module', 'exports', 'Page', 'App']
  new Function(...names, code)(wx, require, module, module.exports, Page, App)
  return module.exports
}
