import { createRequire } from 'node:module'
import type { Plugin, PluginBuild } from 'esbuild'
import { ROOT } from './root'

/** Modules that the SDKs require when they load, and need for little or nothing of what a function does. */
const DEFERRED: { from: string; modules: string[] }[] = [
  // Identity is read from the environment; database, storage and AI are not touched.
  { from: 'wx-server-sdk', modules: ['@cloudbase/node-sdk', 'mime-db'] },
  // A proxy, uploads, credentials from files, and a URL parser for Node versions without one.
  { from: 'tencentcloud-sdk-nodejs-common', modules: ['https-proxy-agent', 'form-data', 'ini'] },
  { from: 'node-fetch', modules: ['whatwg-url'] },
]

/** Where Node finds each of them. */
function deferredFiles(): string[] {
  const atRoot = createRequire(`${ROOT}/package.json`)
  return DEFERRED.flatMap(({ from, modules }) => {
    const atImporter = createRequire(atRoot.resolve(`${from}/package.json`))
    return modules.map((name) => atImporter.resolve(name))
  })
}

/** The code of all deferred modules as one text: what they share is in it once. */
async function deferredCode({ initialOptions, esbuild }: PluginBuild): Promise<string> {
  const loaders = deferredFiles().map((file) => `() => require(${JSON.stringify(file)})`)
  const { entryPoints: _, plugins: __, ...options } = initialOptions
  const { outputFiles = [] } = await esbuild.build({
    ...options,
    stdin: { contents: `module.exports = [${loaders}]`, resolveDir: ROOT },
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

const shelf = (code: string) => `
const code = ${JSON.stringify(code)}
let loaders
module.exports = (index) => {
  if (!loaders) {
    const module = { exports: [] }
    new Function('require', 'module', 'exports', code)(require, module, module.exports)
    loaders = module.exports
  }
  return loaders[index]()
}`

/** `__esModule` is asked by importers before any use; none of the deferred modules has it. */
const standIn = (index: number) => `
const shelf = require('deferred:shelf')
const real = () => shelf(${index})
module.exports = new Proxy(function () {}, {
  get: (_, name) => (name === '__esModule' ? undefined : real()[name]),
  has: (_, name) => name in real(),
  apply: (_, self, args) => Reflect.apply(real(), self, args),
  construct: (_, args) => Reflect.construct(real(), args),
})`

/**
 * Leaves in the bundle what the SDKs bring along, but neither parses nor runs it before somebody asks for
 * it: as a text it costs next to nothing, and most of a cold start is reading code nobody needs.
 */
export const deferModules: Plugin = {
  name: 'defer-modules',
  setup(build) {
    const files = deferredFiles()
    for (const { from, modules } of DEFERRED) {
      const names = modules.map((name) => name.replace(/\W/g, '\\$&'))
      const filter = new RegExp(`^(?:${names.join('|')})$`)
      build.onResolve({ filter }, async ({ path, importer, resolveDir, kind, pluginData }) => {
        const isOurs = importer.includes(`/node_modules/${from}/`)
        if (pluginData === REAL || !isOurs || kind !== 'require-call') return undefined
        const found = await build.resolve(path, { resolveDir, kind, pluginData: REAL })
        const index = files.indexOf(found.path)
        return index < 0 ? undefined : { path: String(index), namespace: STAND_IN }
      })
    }
    build.onResolve({ filter: /^deferred:shelf$/ }, () => ({ path: 'shelf', namespace: STAND_IN }))
    build.onLoad({ filter: /.*/, namespace: STAND_IN }, async ({ path }) => ({
      contents: path === 'shelf' ? shelf(await deferredCode(build)) : standIn(Number(path)),
      loader: 'js',
    }))
  },
}

/** Marks the plugin's own question, so that it does not answer itself. */
const REAL = 'real'
const STAND_IN = 'deferred'
