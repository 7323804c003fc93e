/** Stands for `require` in a module that loads another at first use: esbuild would rewrite `require` itself. */
export const REQUIRE_LATER = '__requireLater'

const IMPORT = /import\{([^}]*)\}from("[^"]*");/g
const EXPORT = /export\{([^}]*)\};/g

/**
 * A minified ES module as CommonJS, for modules that import by name, export at their end, and never change
 * what they export. esbuild's own conversion keeps live bindings: half a kilobyte and a property a use.
 * @param shortNames those of mangled properties: to a module that loads this one later, exports are properties
 * @throws Error for a module that is written otherwise
 */
export function asCommonjs(
  source: string,
  shortNames: Record<string, string | false> = {},
): string {
  const code = source
    .trim()
    .replace(IMPORT, (_, names: string, from: string) => {
      const pairs = list(names).map(([name, local]) => `${name}:${local}`)
      return `const{${pairs}}=require(${from});`
    })
    .replace(/import("[^"]*");/g, (_, from: string) => `require(${from});`)
    .replace(EXPORT, (_, names: string) => {
      const pairs = list(names).map(([local, name]) => `${shortNames[name] || name}:${local}`)
      return `module.exports={${pairs}};`
    })
  if (/(?:^|[;}])(?:import|export)[\s{*"]/.test(code)) throw new Error('not a plain ES module')
  return `"use strict";${code.replaceAll(`${REQUIRE_LATER}(`, 'require(')}\n`
}

/**
 * The variables of a minified ES module that it shares with others, and their short names there. A variable of the same
 * name needs no other: `const{a,b}=require("./core.js")`.
 */
export function sharedNames(source: string): [variable: string, name: string][] {
  const lists = (pattern: RegExp) =>
    [...source.matchAll(pattern)].flatMap(([, names = '']) => list(names))
  return [
    ...lists(EXPORT),
    ...lists(IMPORT).map(([name, local]): [string, string] => [local, name]),
  ].filter(([, name]) => name.length < 3)
}

/** `a as b, c` as `[['a', 'b'], ['c', 'c']]`. */
function list(names: string): [string, string][] {
  return names
    .split(',')
    .filter(Boolean)
    .map((item) => {
      const [name = '', alias = name] = item.trim().split(/\s+as\s+/)
      return [name, alias]
    })
}
