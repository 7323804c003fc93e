import { readdirSync, readFileSync } from 'node:fs'
import { codeBlocks, quotedFiles } from '../support/documents'
import { at } from '../support/root'

const QUOTED = quotedFiles()

const GUIDES = readdirSync(at('docs/guides'))
/** Guides whose named files are run as an app, by test/components/guide.test.ts. */
const APPS = ['components.md', 'components.zh-CN.md']
const filesOf = (guide: string) =>
  codeBlocks(`docs/guides/${guide}`).flatMap(({ file, code }) => (file ? [code.trim()] : []))

const blocksOf = (guide: string) => [
  ...readFileSync(at('docs/guides', guide), 'utf8').matchAll(/^```(\w+)\n([\s\S]*?)^```/gm),
]

test.each(GUIDES)('%s shows only code that a test runs', (guide) => {
  // Commands are checked by documents.test.ts, and those for an app run in test/cli.
  const run = APPS.includes(guide) ? [...QUOTED, ...filesOf(guide)] : QUOTED
  const shown = blocksOf(guide)
    .filter(([, language]) => language !== 'bash')
    .map(([, , code = '']) => code.trim())
  // Access rules alone are compiled by codeTypes.test.ts.
  const others = shown.filter((code) => !run.includes(code) && !code.startsWith('access: {'))
  expect(others).toEqual([])
  expect(blocksOf(guide).length).toBeGreaterThan(0)
})

test('every snippet is shown in a guide', () => {
  const shown = GUIDES.flatMap((guide) => blocksOf(guide).map(([, , code = '']) => code.trim()))
  const unused = readdirSync(at('test/docs/snippets')).filter(
    (name) => !shown.includes(readFileSync(at('test/docs/snippets', name), 'utf8').trim()),
  )
  expect(unused).toEqual([])
})
