import { createContext, runInContext } from 'node:vm'

/**
 * Every global that a CommonJS source accesses while it loads, `typeof` included. The realm has no globals of
 * Node or a browser, and `eval` is disabled.
 */
export function namesTouched(source: string, require?: (name: string) => unknown): string[] {
  const touched = new Set<string>()
  const surroundings = new Proxy(
    {},
    {
      has(_, name) {
        if (typeof name === 'string') touched.add(name)
        return false
      },
    },
  )
  const realm = createContext({}, { codeGeneration: { strings: false, wasm: false } })
  const wrapper = `(function () {
    with (arguments[0]) return function (require, module, exports) {${source}\n}
  })`
  const load = runInContext(wrapper, realm)(surroundings)
  touched.delete('arguments')
  const module = { exports: {} }
  load(require, module, module.exports)
  return [...touched].sort()
}
