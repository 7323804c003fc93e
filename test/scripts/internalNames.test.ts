import { readdirSync, readFileSync } from 'node:fs'
import { type Token, tokenizer, tokTypes } from 'acorn'
import { INTERNAL_NAMES } from '../../scripts/build/internalNames'
import { at } from '../support/root'

const built = (path: string) => readFileSync(at('packages/client', path), 'utf8')

/** Strings and templates of a script. */
function stringsIn(script: string): string[] {
  const tokens: (Token & { value?: string })[] = [...tokenizer(script, { ecmaVersion: 2018 })]
  return tokens.flatMap(({ type, value = '' }) =>
    type === tokTypes.string || type === tokTypes.template ? [value] : [],
  )
}

test('the build mangles no name that occurs in a declaration or a string of the client', () => {
  const declared = ['dist/index.d.ts', 'dist/upload.d.ts'].flatMap(
    (path) =>
      built(path)
        .replace(/\/\*[\s\S]*?\*\//g, '')
        .match(/[\w$]+/g) ?? [],
  )
  const scripts = readdirSync(at('packages/client/miniprogram_dist')).filter((name) =>
    name.endsWith('.js'),
  )
  const said = scripts.flatMap((name) => stringsIn(built(`miniprogram_dist/${name}`)))
  const outside = new Set([...declared, ...said])
  expect(outside.size).toBeGreaterThan(1000)
  expect(INTERNAL_NAMES.filter((name) => outside.has(name))).toEqual([])
})
