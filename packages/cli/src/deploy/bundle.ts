import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { type BuildOptions, build, type Plugin, type PluginBuild } from 'esbuild'
import { projectRoot } from '../project'

/** Options of all bundles of this kit. */
export const SHARED_OPTIONS: BuildOptions = {
  bundle: true,
  // Class fields without a value are not defined, in all bundles.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, alwaysStrict: true } },
  logLevel: 'warning',
  write: false,
}

/** Options of bundles for Node. */
export const NODE_OPTIONS: BuildOptions = { platform: 'node', target: 'node20', format: 'cjs' }

/** Options of a cloud function. */
export const FUNCTION_OPTIONS: BuildOptions = {
  ...NODE_OPTIONS,
  // The oldest runtime of CloudBase that the SDKs support.
  target: 'node16',
  minify: true,
  legalComments: 'none',
}

/** Bundles, and writes the changed files. */
export async function bundle(options: BuildOptions): Promise<void> {
  const absWorkingDir = projectRoot()
  const { outputFiles = [] } = await build({ ...SHARED_OPTIONS, absWorkingDir, ...options })
  for (const { path, contents } of outputFiles) await writeWhole(path, contents)
}

/** Writes a file atomically. A file with the same contents is not touched. */
export async function writeWhole(path: string, contents: Uint8Array | string): Promise<void> {
  const bytes = Buffer.from(contents)
  const present = await readFile(path).catch(() => undefined)
  if (present?.equals(bytes)) return
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}`
  await writeFile(temporary, bytes)
  await rename(temporary, path)
}

/** Modules that the SDKs require when they load, and that a function rarely or never uses. */
const DEFERRED: { from: string; modules: string[] }[] = [
  // Identity is read from the environment; database, storage and AI are not used.
  { from: 'wx-server-sdk', modules: ['@cloudbase/node-sdk', 'mime-db'] },
  // A proxy, uploads, credentials from files, and a URL parser for Node versions without one.
  { from: 'tencentcloud-sdk-nodejs-common', modules: ['https-proxy-agent', 'form-data', 'ini'] },
  { from: 'node-fetch', modules: ['whatwg-url'] },
]

/** The files of the modules. */
function deferredFiles(root: string): string[] {
  const atRoot = createRequire(`${root}/package.json`)
  return DEFERRED.flatMap(({ from, modules }) => {
    const atImporter = createRequire(atRoot.resolve(`${from}/package.json`))
    return modules.map((name) => atImporter.resolve(name))
  })
}

/** Cache of the deferred code, by root. Bundling it takes most of the build time, and all functions share it. */
const builtCode = new Map<string, Promise<string>>()

/** Bundles all deferred modules, so that shared code is included once. */
function deferredCode({ esbuild }: PluginBuild, root: string): Promise<string> {
  const built = builtCode.get(root)
  if (built) return built
  const loaders = deferredFiles(root).map((file) => `() => require(${JSON.stringify(file)})`)
  const building = esbuild
    .build({
      ...SHARED_OPTIONS,
      ...FUNCTION_OPTIONS,
      stdin: { contents: `module.exports = [${loaders}]`, resolveDir: root },
    })
    .then(({ outputFiles }) => outputFiles?.[0]?.text ?? '')
  builtCode.set(root, building)
  return building
}

const deferredBundle = (code: string) => `
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

/** Importers read `__esModule` before they use a module; none of the deferred modules has it. */
const proxyModule = (index: number) => `
const load = require('deferred:bundle')
const real = () => load(${index})
module.exports = new Proxy(function () {}, {
  get: (_, name) => (name === '__esModule' ? undefined : real()[name]),
  has: (_, name) => name in real(),
  apply: (_, self, args) => Reflect.apply(real(), self, args),
  construct: (_, args) => Reflect.construct(real(), args),
})`

/**
 * Bundles the deferred modules as a string that is parsed and run on first use, because parsing unused code takes most of a
 * function's cold start.
 * @param root a folder from which wx-server-sdk can be required
 */
export const deferModules = (root: string): Plugin => ({
  name: 'defer-modules',
  setup(build) {
    const files = deferredFiles(root)
    for (const { from, modules } of DEFERRED) {
      const names = modules.map((name) => name.replace(/\W/g, '\\$&'))
      const filter = new RegExp(`^(?:${names.join('|')})$`)
      build.onResolve({ filter }, async ({ path, importer, resolveDir, kind, pluginData }) => {
        const isOurs = importer.includes(`/node_modules/${from}/`)
        if (pluginData === REAL || !isOurs || kind !== 'require-call') return undefined
        const found = await build.resolve(path, { resolveDir, kind, pluginData: REAL })
        const index = files.indexOf(found.path)
        return index < 0 ? undefined : { path: String(index), namespace: NAMESPACE }
      })
    }
    build.onResolve({ filter: /^deferred:bundle$/ }, () => ({
      path: 'bundle',
      namespace: NAMESPACE,
    }))
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ path }) => ({
      contents:
        path === 'bundle'
          ? deferredBundle(await deferredCode(build, root))
          : proxyModule(Number(path)),
      loader: 'js',
    }))
  },
})

/** Marks the plugin's own resolve calls, so that it does not handle them itself. */
const REAL = 'real'
const NAMESPACE = 'deferred'
