import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import postcss, { type AtRule, CssSyntaxError, type Root, type Rule } from 'postcss'
import { resolvePath } from './appFiles'
import { problemAt, SourceError } from './sourceError'
import { browserUnits } from './units'

/** How far a style sheet reaches. */
export interface StyleScope {
  /** Selectors hold below this one: the page the sheet is of. */
  within?: string
  /** Classes get this prefix: the component's own. */
  prefix?: string
}

/** Elements that WeChat has and a style sheet may name; in the browser they are `wx-…`. */
const TAG = /^[a-z][a-z-]*$/

/** WXSS as CSS: imports, rpx, element names, `page`, `:host`, classes of components, dark mode. */
export function compileStyle(root: string, file: string, scope: StyleScope = {}): string {
  const sheet = parse(root, file)
  inlineImports(root, file, sheet, new Set([file]))
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

function parse(root: string, file: string): Root {
  try {
    return postcss.parse(readFileSync(join(root, file), 'utf8'), { from: file })
  } catch (error) {
    if (!(error instanceof CssSyntaxError)) throw error
    const { line = 1, column = 1, reason } = error
    throw new SourceError([problemAt(root, file, { line, column, message: reason })])
  }
}

function inlineImports(root: string, file: string, sheet: Root, seen: Set<string>): void {
  sheet.walkAtRules('import', (rule) => {
    const target = /^["'](.+?)["']/.exec(rule.params)?.[1]
    const path = target && resolvePath(file, target)
    if (!path || seen.has(path)) {
      rule.remove()
      return
    }
    seen.add(path)
    const imported = readImport(root, file, rule, path)
    inlineImports(root, path, imported, seen)
    rule.replaceWith(imported.nodes)
  })
}

function readImport(root: string, file: string, rule: AtRule, path: string): Root {
  try {
    return parse(root, path)
  } catch (error) {
    if (error instanceof SourceError) throw error
    const { line = 1, column = 1 } = rule.source?.start ?? {}
    throw new SourceError([problemAt(root, file, { line, column, message: `no file ${path}` })])
  }
}

function isKeyframe({ parent }: Rule): boolean {
  return parent?.type === 'atrule' && /keyframes$/.test((parent as AtRule).name)
}

/** Splits a selector into what is not to be touched (attributes, pseudo-classes) and its names. */
function rewriteSelector(selector: string, { within, prefix }: StyleScope): string {
  let isPage = false
  const written = selector
    .replace(/(\[[^\]]*\])|(::?[\w-]+)|([.#]?)(-?[A-Za-z_][\w-]*)/g, (text, ...groups) => {
      const [attribute, pseudo, mark, name] = groups as (string | undefined)[]
      if (attribute) return text
      if (pseudo) return pseudo === ':host' ? `[wx-host="${prefix}"]` : text
      if (mark === '.') return prefix ? `.${prefix}--${name}` : text
      if (mark === '#' || !name) return text
      if (name === 'page') {
        isPage = true
        return within ?? 'wx-page'
      }
      return TAG.test(name) ? `wx-${name}` : text
    })
    .trim()
  return within && !isPage ? `${within} ${written}` : written
}

/** Dark mode is a switch of the simulated phone, not the browser's own. */
function followTheme(media: AtRule): void {
  const theme = /^\(\s*prefers-color-scheme:\s*(dark|light)\s*\)$/.exec(media.params)?.[1]
  if (!theme) return
  media.walkRules((rule) => {
    rule.selectors = rule.selectors.map((one) => `:root[data-theme="${theme}"] ${one}`)
  })
  media.replaceWith(media.nodes ?? [])
}
