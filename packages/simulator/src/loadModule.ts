import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { SHADOWED } from './shadowedNames'

export interface LoadOptions {
  /** What the app sees as `wx`. */
  wx: unknown
  /** Further globals. */
  globals?: Record<string, unknown>
  /** The folder miniprogram_npm, if names of packages may be required. */
  packages?: string
}

/**
 * Loads a CommonJS file as a phone does: in a realm of its own with nothing of Node or a browser in it,
 * no code from text, and requires of relative names and of built packages only.
 */
export function loadModule<T>(file: string, { wx, globals = {}, packages }: LoadOptions): T {
  const context = createContext(
    { wx, console, setTimeout, clearTimeout, setInterval, clearInterval, ...globals },
    { codeGeneration: { strings: false, wasm: false } },
  )
  const modules = new Map<string, { exports: unknown }>()
  const load = (path: string): unknown => {
    const known = modules.get(path)
    if (known) return known.exports
    const module = { exports: {} as unknown }
    modules.set(path, module)
    const wrapper = `(function (require, module, exports, ${SHADOWED.join(', ')}) {${readFileSync(path, 'utf8')}\n})`
    const run = runInContext(wrapper, context, { filename: path }) as (...args: unknown[]) => void
    const requireFrom = (name: string) => {
      const base = name.startsWith('.')
        ? resolve(dirname(path), name)
        : packages && join(packages, name)
      const found = base && [base, `${base}.js`, `${base}/index.js`].find(isScript)
      if (!found) throw new Error(`module '${name}' is not defined`)
      return load(found)
    }
    run(requireFrom, module, module.exports)
    return module.exports
  }
  return load(resolve(file)) as T
}

const isScript = (path: string) => path.endsWith('.js') && existsSync(path)
