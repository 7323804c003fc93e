import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { ROOT } from '../../scripts/build/root'
import { DOCUMENTS } from '../support/documents'

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

test.each(DOCUMENTS)('every link of %s that leads into the repository arrives', (path) => {
  const missing = links(text(path))
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => relative(ROOT, join(ROOT, dirname(path), target)))
    .filter((target) => !existsSync(join(ROOT, target)))
  expect(missing).toEqual([])
})

test.each(DOCUMENTS)('every file that %s names is there', (path) => {
  const named = [
    ...outside(text(path)).matchAll(
      /`((?:packages|cloudfunctions|scripts|test|tools|docs|miniprogram)\/[\w./-]+)`/g,
    ),
  ]
  // What is built, downloaded, or made by the reader is no file of the repository.
  const missing = named
    .map(([, target = '']) => target)
    .filter(
      (target) =>
        !/(?:^|\/)(?:dist|miniprogram_dist|miniprogram_npm)(?:\/|$)|\.bin\/|^cloudfunctions\/archive-credentials$/.test(
          target,
        ),
    )
    .filter((target) => !existsSync(join(ROOT, target)))
  expect(missing).toEqual([])
})

describe('the table beside the others', () => {
  const rowsOf = (path: string) =>
    (text(path).match(/^\|.*\|$/gm) ?? [])
      .map((line) =>
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      )
      .filter((cells) => cells.length === 6)
      .slice(2)

  test.each(['README.md', 'README.zh-CN.md'])('%s shows a test for every yes of ours', (path) => {
    const own = rowsOf(path).map((cells) => cells[1] ?? '')
    expect(own.length).toBeGreaterThan(12)
    const shown = own.flatMap(
      (cell) => cell.match(/^\[(?:yes|是)\]\((test\/[\w/-]+\.test\.ts)\)/)?.[1] ?? [],
    )
    const others = own.filter((cell) => !/^\[/.test(cell))
    expect(others.filter((cell) => !/^(?:no|not yet|否|尚未)/.test(cell))).toEqual([])
    expect(shown.length + others.length).toBe(own.length)
    expect(shown.filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
  })

  test('says the same of each in both languages', () => {
    const linked = (path: string) => rowsOf(path).map(([, own = '']) => links(own))
    expect(linked('README.zh-CN.md')).toEqual(linked('README.md'))
  })
})
