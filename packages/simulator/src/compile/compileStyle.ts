import { dirname } from 'node:path'
import postcss, { type AtRule, CssSyntaxError, type Root, type Rule } from 'postcss'
import { browserUnits } from './compiledApp'
import type { SourceTree } from './sourceTree'
import { SourceError } from './sourceTree'

/** How far a style sheet reaches. */
export interface StyleScope {
  /** Prefix of all selectors: the page of the sheet. */
  within?: string
  /** Prefix of class names: the component of the sheet. */
  prefix?: string
}

/** Names of elements. Those of WeChat are `wx-…` in the browser. */
const TAG = /^[a-z][a-z-]*$/

/**
 * WXSS, Less or Sass as CSS: imports, rpx, element names, `page`, `:host`, classes of components, dark mode.
 * @throws SourceError
 */
export async function compileStyle(
  tree: SourceTree,
  file: string,
  scope: StyleScope = {},
): Promise<string> {
  const sheet = await parse(tree, file)
  await inlineImports(tree, file, sheet, new Set([file]))
  sheet.walkDecls((declaration) => {
    declaration.value = browserUnits(declaration.value)
  })
  sheet.walkRules((rule) => {
    if (isKeyframe(rule)) return
    rule.selectors = rule.selectors.map((selector) => rewriteSelector(selector, scope))
  })
  sheet.walkAtRules('media', followTheme)
  return sheet.toString()
}

async function parse(tree: SourceTree, file: string): Promise<Root> {
  const text = await preprocess(tree, file)
  try {
    return postcss.parse(text, { from: file })
  } catch (error) {
    if (!(error instanceof CssSyntaxError)) throw error
    const { line = 1, column = 1, reason } = error
    throw new SourceError([tree.problem(file, line, column, reason)])
  }
}

interface Less {
  render(text: string, options: object): Promise<{ css: string }>
}
interface Sass {
  compileString(text: string, options: object): { css: string }
}

/** Less and Sass, compiled by the library of the project, or the one that is installed with the preview. */
async function preprocess(tree: SourceTree, file: string): Promise<string> {
  const text = tree.read(file)
  const [, type = ''] = /\.(less|s[ac]ss)$/.exec(file) ?? []
  if (type === '') return text
  const folder = dirname(tree.real(file))
  const fail = (line: number, column: number, message: string) =>
    new SourceError([tree.problem(file, line, column, message)])
  const library = loadLibrary(type === 'less' ? 'less' : 'sass', folder)
  if (!library) throw fail(1, 1, `npm install ${type === 'less' ? 'less' : 'sass'} to compile this`)
  try {
    if (type === 'less') {
      const { css } = await (library as Less).render(text, { paths: [folder], math: 'always' })
      return css
    }
    const syntax = type === 'sass' ? 'indented' : 'scss'
    return (library as Sass).compileString(text, { syntax, loadPaths: [folder, tree.root] }).css
  } catch (error) {
    const {
      message,
      line = 1,
      column = 0,
    } = error as { message: string; line?: number; column?: number }
    throw fail(line, column + 1, message)
  }
}

function loadLibrary(name: string, folder: string): unknown {
  try {
    return require(require.resolve(name, { paths: [folder, __dirname] }))
  } catch {
    return undefined
  }
}

async function inlineImports(
  tree: SourceTree,
  file: string,
  sheet: Root,
  seen: Set<string>,
): Promise<void> {
  const rules: AtRule[] = []
  sheet.walkAtRules('import', (rule) => void rules.push(rule))
  for (const rule of rules) {
    const [written = '', target = ''] =
      /^(?:url\()?\s*["']?([^"')\s]+)["']?\s*\)?/.exec(rule.params) ?? []
    // An import without a semicolon is parsed together with the rule after it.
    if (rule.nodes) {
      const selector = rule.params.slice(written.length).trim()
      rule.after(postcss.rule({ selector, nodes: rule.nodes }))
    }
    if (/^https?:/.test(target)) continue
    const paths = tree.candidates(file, target)
    const names = paths.flatMap((path) => [path, `${path}.wxss`])
    const path = names.find((name) => tree.isFile(name))
    if (path === undefined) {
      const { line = 1, column = 1 } = rule.source?.start ?? {}
      throw new SourceError([tree.problem(file, line, column, `no file ${paths[0]}`)])
    }
    if (seen.has(path)) {
      rule.remove()
      continue
    }
    seen.add(path)
    const imported = await parse(tree, path)
    await inlineImports(tree, path, imported, seen)
    rule.replaceWith(imported.nodes)
  }
}

function isKeyframe({ parent }: Rule): boolean {
  return parent?.type === 'atrule' && /keyframes$/.test((parent as AtRule).name)
}

/** Rewrites the names in a selector, and leaves attributes and pseudo-classes alone. */
function rewriteSelector(selector: string, { within, prefix }: StyleScope): string {
  let isPage = false
  const written = selector
    .replace(
      /(\[[^\]]*\])|(::?[\w-]+)|([.#]?)(-?[A-Za-z_][\w-]*|(?<=[.])\d[\w-]*)/g,
      (text, ...groups) => {
        const [attribute, pseudo, mark, name] = groups as (string | undefined)[]
        if (attribute) return text
        if (pseudo) return pseudo === ':host' ? `[wx-host="${prefix}"]` : text
        if (mark === '.') return prefix ? `.${prefix}--${name}` : text
        if (mark === '#' || !name) return text
        if (name === 'page') {
          isPage = true
          return within ?? 'wx-page'
        }
        if (!TAG.test(name)) return text
        // An element of WeChat, or a component, which keeps its name.
        return name.includes('-') ? `:is(wx-${name}, ${name})` : `wx-${name}`
      },
    )
    .trim()
  return within && !isPage ? `${within} ${written}` : written
}

/** Dark mode is a setting of the simulated phone, not of the browser. */
function followTheme(media: AtRule): void {
  const theme = /^\(\s*prefers-color-scheme:\s*(dark|light)\s*\)$/.exec(media.params)?.[1]
  if (!theme) return
  media.walkRules((rule) => {
    rule.selectors = rule.selectors.map((selector) => `:root[data-theme="${theme}"] ${selector}`)
  })
  media.replaceWith(media.nodes ?? [])
}
