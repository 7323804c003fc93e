import { spawnSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CodeBlock, codeBlocks, documents, snippetFile, templates } from '../support/documents'
import { useFolder } from '../support/projectFiles'
import { at } from '../support/root'

const quoted = templates()

/** Code that is shown, and is no file that another test runs as it is. */
const BLOCKS = documents()
  .flatMap(codeBlocks)
  .filter(
    ({ language, code, file, name }) =>
      /^(?:ts|js)$/.test(language) && !file && !name && !quoted.includes(code.trim()),
  )

/** Named code in TypeScript is compiled, too. */
const SNIPPETS = documents()
  .flatMap(codeBlocks)
  .flatMap(({ language, name }) => (language === 'ts' && name ? [snippetFile(name)] : []))

const CONFIG = "import { defineConfig } from '@miniprogram-cos/server'"

/** Code as a module; a part of some code is put where it belongs. */
function moduleOf({ code, language }: CodeBlock): string {
  const text = code
    .replace(/^const (\w+) = require\(('.*?')\)/gm, 'import $1 = require($2)')
    .replace(/^const (\{.*?\}) = require\(('.*?')\)/gm, 'import $1 from $2')
  if (text.startsWith('access: {')) {
    const place = "env: 'e', bucket: 'b-1250000000', region: 'ap-guangzhou'"
    return `${CONFIG}\ndefineConfig({ ${place},\n${text}})`
  }
  if (text.startsWith('export const config = defineConfig(')) return `${CONFIG}\n${text}`
  // Events, one a line.
  if (/^(?:\{.*\}.*\n)+$/.test(text))
    return `export const events = [\n${text.replace(/(?=\s*(?:\/\/.*)?$)/gm, ',')}]`
  if (/^on\w+\(event\) \{/.test(text)) return `export const methods = {\n${text}}`
  // JavaScript does not say what an answer of WeChat is.
  const untyped = language === 'js' ? 'declare const wx: any\n' : ''
  return `${untyped}${text}\nexport {}\n`
}

/** `README.md:49.ts`, so that an error names the document and the line of its block. */
const fileOf = ({ path, line }: CodeBlock) => `${path.replaceAll('/', '.')}:${line}.ts`

const folder = useFolder()

test('code in documents has no type errors', () => {
  expect(BLOCKS.length).toBeGreaterThan(50)
  for (const block of BLOCKS) writeFileSync(join(folder, fileOf(block)), moduleOf(block))
  symlinkSync(at('node_modules'), join(folder, 'node_modules'))
  const files = [at('test/docs/world.d.ts'), ...BLOCKS.map(fileOf), ...new Set(SNIPPETS)]
  const compilerOptions = {
    noEmit: true,
    strict: true,
    // Snippets in JavaScript say no types.
    noImplicitAny: false,
    skipLibCheck: true,
    target: 'ES2022',
    lib: ['ES2022'],
    module: 'preserve',
    moduleResolution: 'bundler',
    types: ['miniprogram-api-typings', 'jest', 'node'],
    paths: {
      // What is published; the rest of the kit is its sources.
      'miniprogram-cos': [at('packages/client/dist/index.d.ts')],
      'miniprogram-cos-components': [at('packages/components/src/index.ts')],
      'miniprogram-cos-components/*': [at('packages/components/src/*.ts')],
      '@miniprogram-cos/*': [at('packages/*/src/index.ts')],
    },
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const { stdout, status } = spawnSync(at('node_modules/.bin/tsc'), ['-p', folder], {
    encoding: 'utf8',
  })
  expect([stdout, status]).toEqual(['', 0])
})
