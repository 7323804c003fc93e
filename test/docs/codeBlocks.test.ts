import { readFileSync } from 'node:fs'
import { TmplGroup } from 'glass-easel-template-compiler'
import { at } from '../../scripts/build/root'
import { COMMANDS } from '../support/documentedCommands'
import { type CodeBlock, codeBlocks, DOCUMENTS, quotedFiles } from '../support/documents'

const textOf = (path: string) => readFileSync(at(path), 'utf8')
const quoted = quotedFiles()
const BLOCKS = DOCUMENTS.flatMap(codeBlocks)
const inLanguage = (name: string) => BLOCKS.filter(({ language }) => language === name)
const nameOf = ({ path, line }: CodeBlock) => `${path}:${line}`
const named = (blocks: CodeBlock[]) => blocks.map((block) => [nameOf(block), block.code] as const)

/** Who checks the code that documents show, by the language of its fence. */
const CHECKED: Record<string, (block: CodeBlock) => boolean> = {
  // Drawings.
  '': () => true,
  // `codeTypes.test.ts` compiles what no other test runs.
  ts: () => true,
  js: () => true,
  // Signatures: the API reference is compared with what is made of the types.
  typescript: ({ path }) => path.startsWith('docs/api/'),
  // `npm run check:adopters` builds them.
  tsx: ({ code }) => quoted.includes(code.trim()),
  vue: ({ code }) => quoted.includes(code.trim()),
  // Below.
  json: () => true,
  xml: () => true,
  bash: () => true,
}

test('every block of code is checked somewhere', () => {
  expect(BLOCKS.length).toBeGreaterThan(250)
  expect(BLOCKS.filter((block) => !CHECKED[block.language]?.(block)).map(nameOf)).toEqual([])
})

test('no fence stays open', () => {
  const open = DOCUMENTS.filter((path) => (textOf(path).match(/^```/gm) ?? []).length % 2 !== 0)
  expect(open).toEqual([])
})

test.each(named(inLanguage('json')))('%s is JSON', (_, code) => {
  // What is left out of a long line.
  JSON.parse(code.replace(/,…(?=[}\]])/g, ''))
})

test.each(named(inLanguage('xml')))('%s is a template', (_, code) => {
  expect(new TmplGroup().addTmpl('page', code)).toEqual([])
})

describe('commands', () => {
  const { scripts } = JSON.parse(textOf('package.json'))
  const commands = named(inLanguage('bash')).flatMap(([name, code]) =>
    code
      .split('\n')
      .flatMap((line) => line.replace(/ +# .*$/, '').split(' && '))
      .filter((command) => command.trim() !== '')
      .map((command) => [command.trim(), name] as const),
  )

  test.each(commands)('`%s` of %s is there, and run by a test or by hand', (command) => {
    const [, script] = /^npm run (?:-s )?([\w:-]+)/.exec(command) ?? []
    if (script) expect(Object.keys(scripts)).toContain(script)
    const known = COMMANDS.find(({ begins }) => `${command} `.startsWith(`${begins} `))
    if (!known) throw new Error('test/support/documentedCommands.ts does not have it')
    if ('runBy' in known) expect(textOf(known.runBy)).toContain(known.says)
    const options = command.slice(known.begins.length).match(/(?<=--)\w[\w-]*/g) ?? []
    const read = options.length > 0 ? textOf(known.options ?? 'no file for its options') : ''
    expect(
      options.filter((option) => !new RegExp(`(?<=[{ ])'?${option}'?: \\{ type`).test(read)),
    ).toEqual([])
  })

  test('those that sentences name are there', () => {
    const inline = DOCUMENTS.flatMap((path) => [
      ...textOf(path).matchAll(/`npm run (?:-s )?([\w:-]+)[^`]*`/g),
    ])
    expect(inline.length).toBeGreaterThan(40)
    const missing = inline.filter(([, name = '']) => !(name in scripts)).map(([command]) => command)
    expect(missing).toEqual([])
  })

  test('each entry of that list is of a command that stands in a document', () => {
    const idle = COMMANDS.filter(
      ({ begins }) => !commands.some(([command]) => `${command} `.startsWith(`${begins} `)),
    )
    expect(idle).toEqual([])
  })
})
