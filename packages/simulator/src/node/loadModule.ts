import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createContext, runInContext } from 'node:vm'

/** Names that WeChat's module wrapper declares as parameters: they exist and are undefined. */
export const SHADOWED = (
  'window document frames self location navigator localStorage history Caches screen alert confirm prompt ' +
  'XMLHttpRequest WebSocket'
).split(' ')

export interface LoadOptions {
  /** The app's `wx`. */
  wx: unknown
  /** Additional globals. */
  globals?: Record<string, unknown>
  /** The `miniprogram_npm` folder; without it, packages cannot be required. */
  packages?: string
}

/**
 * Loads a CommonJS file as a phone does: in a separate realm without Node or browser globals, without
 * `eval`, and with `require` limited to relative paths and built packages.
 * @throws Error when a required module does not exist
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
