import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, relative, resolve } from 'node:path'
import {
  type BuildFailure,
  type BuildOptions,
  build,
  type Location,
  type Message,
  type Plugin,
  type TransformOptions,
  transform,
} from 'esbuild'
import { SHADOWED } from '../node/loadModule'
import { readAppFiles } from './appFiles'
import type { AppConfig, CompiledPart, SourceProblem } from './compiledApp'
import { compileStyle } from './compileStyle'
import { compileTemplates } from './compileTemplates'
import { SourceError, SourceTree, scriptAt } from './sourceTree'

/** Browser globals that a mini program does not have: the preview must not run what a phone cannot. */
const ABSENT = [
  ...SHADOWED,
  ...(
    'sessionStorage indexedDB caches fetch Request Response Headers EventSource FileReader FormData Blob URL ' +
    'URLSearchParams AbortController AbortSignal TextEncoder TextDecoder atob btoa crypto structuredClone ' +
    'Worker MessageChannel BroadcastChannel postMessage addEventListener removeEventListener dispatchEvent ' +
    'Event EventTarget CustomEvent MutationObserver WebKitMutationObserver ResizeObserver IntersectionObserver ' +
    'Node Element HTMLElement Image Audio DOMParser customElements getComputedStyle matchMedia parent top opener ' +
    'process Buffer'
  ).split(' '),
]

const ENTRY = 'preview-entry.js'

const COMPILE: Pick<
  BuildOptions & TransformOptions,
  'target' | 'charset' | 'logLevel' | 'tsconfigRaw'
> = {
  target: 'es2020',
  charset: 'utf8',
  logLevel: 'silent',
  // WeChat's compiler ignores tsconfig.json.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
}

interface Bundle {
  script: string
  sourceMap: string
}

export interface CompiledApp {
  config: AppConfig
  /** The app as one script, which registers its parts with `__preview` of the phone page. */
  script: string
  /** Of the script; it names the app's own files. */
  sourceMap: string
  /** Errors; each makes one file fail, and with it the pages that use it. */
  problems: SourceProblem[]
  /** What WeChat ignores and DevTools reports. */
  warnings: SourceProblem[]
}

/**
 * Compiles a mini program for the preview: templates, styles, configuration, modules. A page or component that does
 * not compile does not affect the others.
 * @param folder the folder with app.json, or the project's folder
 * @throws SourceError when app.json cannot be read
 */
export async function compileApp(folder: string): Promise<CompiledApp> {
  const tree = new SourceTree(folder)
  const { config, theme, parts, problems, warnings } = readAppFiles(tree)
  const fail = (path: string, more: SourceProblem[]) =>
    problems.set(path, [...(problems.get(path) ?? []), ...more])
  const templates = compileTemplates(
    tree,
    parts.map(({ path }) => path),
  )
  for (const [path, more] of templates.problems) fail(path, more)
  const compileStyleSheet = async (path: string, scope?: object) => {
    const file = tree.style(path)
    if (!file) return ''
    return compileStyle(tree, file, scope).catch((error: unknown) => {
      if (!(error instanceof SourceError)) throw error
      fail(path, error.problems)
      return ''
    })
  }
  const compiled = await Promise.all(
    parts.map(async (part, i) => {
      const scope = `s${i}`
      // In the app each page is a document of its own, whose rules for elements yield to the classes of components.
      const reach =
        part.kind === 'page'
          ? { within: `wx-page:where([route="${part.path}"])` }
          : { prefix: scope }
      const style = await compileStyleSheet(part.path, reach)
      return { ...part, scope, style, problems: problems.get(part.path) ?? [] }
    }),
  )
  const app = {
    config,
    theme,
    style: await compileStyleSheet('app'),
    warnings,
    problems: problems.get('app'),
  }
  warnings.push(...templates.warnings)
  const modules = new ModuleBundle(tree)
  // Warnings of the bundle are known after it is built.
  const bundle = await modules.build(entryScript(tree, app, templates.script, compiled))
  return {
    config,
    ...bundle,
    problems: [...problems.values(), ...modules.broken.values()].flat(),
    warnings: [...warnings, ...modules.warnings],
  }
}

function entryScript(
  tree: SourceTree,
  app: object,
  templates: string,
  parts: CompiledPart[],
): string {
  const load = (path: string, fallback: string) => {
    const file = tree.script(path)
    return file ? `() => require(${JSON.stringify(tree.real(file))})` : `() => ${fallback}`
  }
  return [
    `__preview.define(${JSON.stringify(app)});`,
    `__preview.templates = ${templates};`,
    `__preview.launch(${load('app', 'App({})')});`,
    ...parts.map((part) => {
      const fallback = part.kind === 'page' ? 'Page({})' : 'Component({})'
      return `__preview.part(${JSON.stringify(part)}, ${load(part.path, fallback)});`
    }),
    '__preview.start();',
  ].join('\n')
}

/** A project with more broken scripts than this is reported in part. */
const MAX_ATTEMPTS = 20

/** Bundles the scripts of an app. One with an error is replaced by a script that throws it. */
class ModuleBundle {
  /** By file on this machine. */
  readonly broken = new Map<string, SourceProblem[]>()
  warnings: SourceProblem[] = []
  readonly #tree: SourceTree
  readonly #loaded = new Map<string, ReturnType<typeof loadScript>>()
  /** Places where a file assigns to a constant. */
  readonly #constants = new Map<string, Location[]>()

  constructor(tree: SourceTree) {
    this.#tree = tree
  }

  async build(contents: string): Promise<Bundle> {
    for (let attempt = 1; ; attempt++) {
      try {
        this.warnings = []
        return await this.#run(contents)
      } catch (error) {
        const { errors } = error as BuildFailure
        if (!Array.isArray(errors) || attempt === MAX_ATTEMPTS) throw error
        for (const message of errors) {
          const file = resolve(this.#tree.root, message.location?.file ?? 'app.js')
          if (message.location && /because it is a constant$/.test(message.text)) {
            this.#constants.set(file, [...(this.#constants.get(file) ?? []), message.location])
            continue
          }
          this.broken.set(file, [...(this.broken.get(file) ?? []), this.#toProblem(message)])
        }
      }
    }
  }

  async #run(contents: string): Promise<Bundle> {
    const { root } = this.#tree
    const { outputFiles } = await build({
      ...COMPILE,
      stdin: { contents, resolveDir: root, sourcefile: ENTRY },
      absWorkingDir: root,
      bundle: true,
      write: false,
      outfile: 'app.js',
      format: 'iife',
      sourcemap: 'linked',
      define: {
        ...Object.fromEntries(ABSENT.map((name) => [name, 'undefined'])),
        globalThis: '__appGlobal',
      },
      plugins: [this.#resolution()],
    })
    const text = (ending: string) =>
      outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? ''
    return { script: text('.js'), sourceMap: text('.map') }
  }

  /** Compiled once, although a bundle with errors is built again. */
  #load(path: string) {
    const loaded = this.#loaded.get(path) ?? loadScript(path)
    this.#loaded.set(path, loaded)
    return loaded
  }

  #toProblem({ text, location }: Message): SourceProblem {
    const { line = 0, column = -1, file = 'app.js' } = location ?? {}
    const path = relative(this.#tree.root, resolve(this.#tree.root, file))
    const place = this.#findImport(path, text) ?? [line, column + 1]
    return this.#tree.problem(path, ...place, text)
  }

  /** Imports are resolved after a file was compiled, so their place is looked up in its source. */
  #findImport(path: string, text: string): [line: number, column: number] | undefined {
    const [, name] = /^(?:Could not resolve|no package) "(.+?)"/.exec(text) ?? []
    if (name === undefined || !this.#tree.isFile(path)) return undefined
    const lines = this.#tree.read(path).split('\n')
    for (const [i, line] of lines.entries()) {
      const column = Math.max(line.indexOf(`'${name}'`), line.indexOf(`"${name}"`))
      if (column >= 0) return [i + 1, column + 1]
    }
    return undefined
  }

  /** Bare names are packages or, as in WeChat, paths without `./`; absolute ones begin at app.json. */
  #resolution(): Plugin {
    return {
      name: 'miniprogram-modules',
      setup: ({ onResolve, onLoad }) => {
        onResolve({ filter: /^[^.]/ }, ({ path, importer, kind }) => {
          if (kind === 'entry-point') return undefined
          if (importer.endsWith(ENTRY)) return { path }
          const found = this.#tree.module(importer, path)
          if (found) return { path: found }
          const file = relative(this.#tree.root, importer)
          const text = `no package "${path}" in miniprogram_npm (imported by ${file})`
          if (kind !== 'require-call' || isImported(importer, path)) return { errors: [{ text }] }
          // `require` fails when it is executed, because many packages try optional dependencies.
          this.warnings.push(this.#tree.problem(file, 0, 0, text))
          return { path, namespace: 'missing' }
        })
        // A missing file in the same folder may be a package, as in WeChat.
        onResolve({ filter: /^\.\/[^./]+$/ }, ({ path, importer, resolveDir }) => {
          if (scriptAt(resolve(resolveDir, path))) return undefined
          const found = this.#tree.module(importer, path.slice(2))
          return found === undefined ? undefined : { path: found }
        })
        onLoad({ filter: /.*/, namespace: 'missing' }, ({ path }) => ({
          contents: `throw new Error(${JSON.stringify(`module '${path}' is not defined`)})`,
        }))
        onLoad({ filter: /\.[jt]s$/ }, async ({ path }) => {
          const problems = this.broken.get(path)
          return problems
            ? { contents: `__preview.throw(${JSON.stringify(problems)})` }
            : withFailingAssignments(await this.#load(path), this.#constants.get(path))
        })
      },
    }
  }
}

/** A file with `import` or `export` becomes a CommonJS module, as in WeChat: it may use `module.exports` too. */
async function loadScript(path: string) {
  const source = rewriteGlobals(await readFile(path, 'utf8'))
  const loader: 'ts' | 'js' = path.endsWith('.ts') ? 'ts' : 'js'
  if (loader === 'js' && !/^\s*(?:import|export)\b/m.test(source))
    return { contents: source, loader }
  try {
    const { code } = await transform(source, {
      ...COMPILE,
      loader,
      format: 'cjs',
      sourcemap: 'inline',
      sourcefile: basename(path),
    })
    return { contents: code, loader: 'js' as const }
  } catch (error) {
    const { errors } = error as BuildFailure
    if (!Array.isArray(errors)) throw error
    const located = errors.map(({ text, location }) => ({
      text,
      location: location && { ...location, file: path },
    }))
    return { errors: located }
  }
}

/** An assignment to a constant fails when it is executed, as in WeChat; for esbuild the file is invalid. */
function withFailingAssignments<Loaded extends { contents?: string }>(
  loaded: Loaded,
  places: Location[] = [],
): Loaded {
  const lines = (loaded.contents ?? '').split('\n')
  for (const { line, column, length } of [...places].reverse()) {
    const text = lines[line - 1] ?? ''
    const throwing = `(() => { throw new TypeError('Assignment to constant variable.') })().it`
    lines[line - 1] = text.slice(0, column) + throwing + text.slice(column + length)
  }
  return { ...loaded, contents: lines.join('\n') }
}

/**
 * All sub-packages are loaded here, so that `require.async` resolves at once. `Function('return this')()`, by which
 * packages look for the global object, would find the browser's window.
 */
function rewriteGlobals(source: string): string {
  return source
    .replace(
      /\brequire\.async\(\s*(['"][^'"]+['"])\s*\)/g,
      'Promise.resolve().then(() => require($1))',
    )
    .replace(/\b(?:new\s+)?Function\(\s*(['"])return this;?\1\s*\)/g, '(() => __appGlobal)')
}

/** Whether a file names a module in an `import`, which `loadScript` has made a `require`. */
function isImported(file: string, name: string): boolean {
  if (!existsSync(file)) return false
  const source = readFileSync(file, 'utf8')
  const quoted = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`\\b(?:from|import)\\s*['"]${quoted}['"]`).test(source)
}
