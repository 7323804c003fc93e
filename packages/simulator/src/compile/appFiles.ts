import type { AppConfig, Part, SourceProblem } from './compiledApp'
import type { SourceTree } from './sourceTree'
import { SourceError } from './sourceTree'

export interface AppFiles {
  config: AppConfig
  /** theme.json, if the app has one. */
  theme: { light: Record<string, string>; dark: Record<string, string> } | undefined
  parts: Part[]
}

type Json = Record<string, unknown>

/** Components that the preview does not load. The app gets a labelled box instead. */
const FOREIGN = /^(?:plugin|plugin-private|dynamicLib|ext):\/\//
/** Packages that WeChat adds to an app without npm: `useExtendedLib` of app.json (page "app.json" of the WeChat documents). */
const EXTENDED_LIBRARIES: Record<string, string> = { weui: 'weui-miniprogram' }
/** The component that app.json refers to by `tabBar.custom`. */
const CUSTOM_TAB_BAR = 'custom-tab-bar/index'

/**
 * Reads app.json and finds every page and component.
 * @throws SourceError when app.json cannot be read; all other problems are those of a page or component
 */
export function readAppFiles(tree: SourceTree): AppFiles & {
  problems: Map<string, SourceProblem[]>
  warnings: SourceProblem[]
} {
  const problems = new Map<string, SourceProblem[]>()
  const warnings: SourceProblem[] = []
  const config = normalized(readJson(tree, 'app.json'))
  const extended = Object.keys(config.useExtendedLib ?? {}).map(
    (name) => EXTENDED_LIBRARIES[name] ?? name,
  )
  const parts = new Map<string, Part>()

  /** A problem where a JSON file mentions a path. */
  const mention = (file: string, path: string, message: string) =>
    tree.problem(file, ...findPosition(tree, file, path), message)

  const add = (path: string, kind: Part['kind'], from: string) => {
    if (parts.has(path)) return
    const own: SourceProblem[] = []
    const part: Part = { path, kind, config: { usingComponents: {} }, foreign: [] }
    parts.set(path, part)
    if (!tree.isFile(`${path}.wxml`) && kind === 'page') {
      const message = `the ${kind} ${path} has no file ${path}.wxml`
      own.push(mention(from, path, message))
    }
    let json: Json = {}
    try {
      if (tree.isFile(`${path}.json`)) json = readJson(tree, `${path}.json`)
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      own.push(...error.problems)
    }
    const usingComponents: Record<string, string> = {}
    const use = (file: string, tag: string, target: string): string | undefined => {
      if (FOREIGN.test(target)) {
        const message = `<${tag}> is a component of a plugin, which the preview does not load`
        warnings.push(mention(file, target, message))
        part.foreign.push(tag)
        return undefined
      }
      const found = tree.component(file, target)
      if (found) {
        add(found, 'component', file)
        return `/${found}`
      }
      const library = extended.find((name) => target.startsWith(`${name}/`))
      if (library) {
        const message = `<${tag}> is a component of ${library}, which the preview does not load before npm install ${library}`
        warnings.push(mention(file, target, message))
        part.foreign.push(tag)
        return undefined
      }
      const message = `the component ${target} has no file ${target}.wxml`
      own.push(mention(file, target, message))
      return undefined
    }
    for (const [file, entries] of [
      ['app.json', config.usingComponents],
      [`${path}.json`, json.usingComponents],
    ] as const) {
      for (const [tag, target] of Object.entries(entries ?? {})) {
        const found = use(file, tag, String(target))
        if (found) usingComponents[tag] = found
      }
    }
    part.config = {
      ...json,
      usingComponents,
      ...readGenerics(json, (tag, path_) => use(`${path}.json`, tag, path_)),
    }
    if (own.length > 0) problems.set(path, own)
  }

  for (const page of config.pages) add(page, 'page', 'app.json')
  if (config.tabBar?.custom && tree.component('app.json', CUSTOM_TAB_BAR)) {
    add(CUSTOM_TAB_BAR, 'component', 'app.json')
  }
  const theme = config.themeLocation ? readJson(tree, config.themeLocation) : undefined
  return {
    config,
    theme: theme as AppFiles['theme'],
    parts: [...parts.values()],
    problems,
    warnings,
  }
}

/** Pages of sub-packages are pages of the app. */
function normalized(json: Json): AppConfig {
  const config = { pages: [], ...json } as AppConfig
  const pages = [...config.pages]
  for (const { root = '', pages: own = [] } of config.subpackages ?? config.subPackages ?? []) {
    pages.push(...own.map((page) => `${root.replace(/^\/|\/$/g, '')}/${page}`))
  }
  const entry = config.entryPagePath
  if (entry && pages.includes(entry)) pages.splice(0, 0, ...pages.splice(pages.indexOf(entry), 1))
  return { ...config, pages: [...new Set(pages.map((page) => page.replace(/^\//, '')))] }
}

/** `componentGenerics` with the paths of their default components. */
function readGenerics(
  { componentGenerics }: Json,
  use: (tag: string, target: string) => string | undefined,
): { componentGenerics?: Json } {
  if (!componentGenerics) return {}
  const generics = Object.entries(componentGenerics as Record<string, { default?: string } | true>)
  return {
    componentGenerics: Object.fromEntries(
      generics.map(([tag, generic]) => {
        const target = generic === true ? undefined : generic.default
        return [tag, target ? { default: use(tag, target) } : true]
      }),
    ),
  }
}

/** The line and the column of a JSON file that mention a path. */
function findPosition(
  tree: SourceTree,
  file: string,
  path: string,
): [line: number, column: number] {
  const lines = tree.isFile(file) ? tree.read(file).split('\n') : []
  const last = path.slice(path.lastIndexOf('/') + 1)
  const name = lines.some((text) => text.includes(path)) ? path : last
  const line = lines.findIndex((text) => text.includes(name))
  return line < 0 ? [1, 1] : [line + 1, (lines[line] as string).indexOf(name) + 1]
}

/** @throws SourceError */
function readJson(tree: SourceTree, file: string): Json {
  let text: string
  try {
    text = tree.read(file)
  } catch {
    throw new SourceError([tree.problem(file, 0, 0, 'the file is missing')])
  }
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch (error) {
    const { message } = error as Error
    // `… at position 12 (line 2 column 3)` in newer versions of Node, the position alone in Node 20.
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length)
    const before = text.slice(0, position).split('\n')
    const column = (before.at(-1) as string).length + 1
    throw new SourceError([tree.problem(file, before.length, column, `not JSON: ${message}`)])
  }
}
