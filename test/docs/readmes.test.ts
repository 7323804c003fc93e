import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { ROOT } from '../../scripts/build'

const text = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** Code as it is, without what is said to its reader. */
const blocks = (markdown: string) =>
  [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)]
    .filter(([, language]) => language !== '')
    .map(([, , code = '']) => code.replace(/ +\/\/ .*$/gm, ''))
const outside = (markdown: string) => markdown.replace(/^```[\s\S]*?^```/gm, '')
const levels = (markdown: string) =>
  [...outside(markdown).matchAll(/^(#+) /gm)].map(([, marks]) => marks)
const links = (markdown: string) =>
  [...outside(markdown).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target)

describe('the README in two languages', () => {
  const [english, chinese] = [text('README.md'), text('README.zh-CN.md')]

  test('begins with a way to the other', () => {
    expect(english.split('\n')[2]).toContain('(README.zh-CN.md)')
    expect(chinese.split('\n')[2]).toContain('(README.md)')
  })

  test('has the same sections, commands and numbers', () => {
    expect(levels(chinese)).toEqual(levels(english))
    expect(blocks(chinese)).toEqual(blocks(english))
    const numbers = (markdown: string) =>
      (outside(markdown).match(/\d+(?:[.,]\d+)*(?= (?:KB|MiB|%)|\b)/g) ?? []).sort()
    expect(numbers(chinese)).toEqual(numbers(english))
  })

  test('names only commands that there are', () => {
    const { scripts } = JSON.parse(text('package.json'))
    const named = english.match(/npm run (?:-s )?([\w:-]+)/g) ?? []
    const known = (command: string) => (command.split(' ').at(-1) as string) in scripts
    expect(named.length).toBeGreaterThan(3)
    expect(named.filter((command) => !known(command))).toEqual([])
  })
})

const DOCUMENTS = (readdirSync(ROOT, { recursive: true }) as string[]).filter(
  (path) => path.endsWith('.md') && !/(?:^|\/)(?:node_modules|dist|\.local-cloud)\//.test(path),
)

test.each(DOCUMENTS)('every link of %s that leads into the repository arrives', (path) => {
  const missing = links(text(path))
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => relative(ROOT, join(ROOT, dirname(path), target)))
    .filter((target) => !existsSync(join(ROOT, target)))
  expect(missing).toEqual([])
})
