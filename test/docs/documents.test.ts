import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { TmplGroup } from 'glass-easel-template-compiler'
import { PAGES, sourceOf } from '../../docs/.vitepress/pages'
import { type CodeBlock, codeBlocks, documents, templates } from '../support/documents'
import { at, ROOT } from '../support/root'

const DOCUMENTS = documents()
const textOf = (path: string) => readFileSync(at(path), 'utf8')
const outsideOfCode = (markdown: string) => markdown.replace(/^```[\s\S]*?^```/gm, '')

test.each(DOCUMENTS)('%s links to files that exist', (path) => {
  const links = [...outsideOfCode(textOf(path)).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
  const missing = links
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => relative(ROOT, join(ROOT, dirname(path), target)))
    .filter((target) => !existsSync(at(target)))
  expect(missing).toEqual([])
})

const NAMED_FILE = /`((?:packages|cloudfunctions|scripts|test|tools|docs|miniprogram)\/[\w./-]+)`/g
/** Built, downloaded, or made by the reader. */
const NOT_TRACKED =
  /(?:^|\/)(?:dist|miniprogram_dist|miniprogram_npm)(?:\/|$)|\.bin\/|^cloudfunctions\/archive-credentials$/

test.each(DOCUMENTS)('%s names files that exist', (path) => {
  const named = [...outsideOfCode(textOf(path)).matchAll(NAMED_FILE)].map(([, name = '']) => name)
  const missing = named.filter((name) => !NOT_TRACKED.test(name) && !existsSync(at(name)))
  expect(missing).toEqual([])
})

describe('code blocks', () => {
  const quoted = templates()
  const BLOCKS = DOCUMENTS.flatMap(codeBlocks)
  const nameOf = ({ path, line }: CodeBlock) => `${path}:${line}`
  const inLanguage = (name: string) =>
    BLOCKS.filter(({ language }) => language === name).map(
      (block) => [nameOf(block), block.code] as const,
    )

  /** What checks the code blocks of each language. */
  const CHECKED: Record<string, (block: CodeBlock) => boolean> = {
    // Drawings.
    '': () => true,
    // `codeTypes.test.ts` compiles what no other test runs.
    ts: () => true,
    js: () => true,
    // `npx tsx test/adopters/check.ts` builds them.
    tsx: ({ code }) => quoted.includes(code.trim()),
    vue: ({ code }) => quoted.includes(code.trim()),
    // Below.
    json: () => true,
    xml: () => true,
    bash: () => true,
  }

  test('use a language that is checked', () => {
    expect(BLOCKS.length).toBeGreaterThan(100)
    expect(BLOCKS.filter((block) => !CHECKED[block.language]?.(block)).map(nameOf)).toEqual([])
  })

  test('are closed', () => {
    const open = DOCUMENTS.filter((path) => (textOf(path).match(/^```/gm) ?? []).length % 2 !== 0)
    expect(open).toEqual([])
  })

  test.each(inLanguage('json'))('%s is JSON', (_, code) => {
    // An ellipsis stands for what is left out of a long line.
    JSON.parse(code.replace(/,…(?=[}\]])/g, ''))
  })

  test.each(inLanguage('xml'))('%s is a template', (_, code) => {
    expect(new TmplGroup().addTmpl('page', code)).toEqual([])
  })
})

describe('commands', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }
  const inBlocks = DOCUMENTS.flatMap(codeBlocks)
    .filter(({ language }) => language === 'bash')
    .flatMap(({ code }) => code.split('\n').flatMap((line) => line.split(' && ')))
  const inSentences = DOCUMENTS.flatMap(
    (path) => textOf(path).match(/(?<=`)np[mx] [^`\n]+(?=`)/g) ?? [],
  )
  const COMMANDS = [...inBlocks, ...inSentences].map((line) => line.replace(/ +# .*$/, '').trim())

  test('of npm run are scripts of package.json', () => {
    const named = COMMANDS.flatMap((line) => line.match(/^npm run (?:-s )?([\w:-]+)/)?.[1] ?? [])
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })

  // npm links the commands of a workspace only once they are built.
  const OWN = readdirSync(at('packages')).flatMap((name) =>
    Object.keys(JSON.parse(textOf(`packages/${name}/package.json`)).bin ?? {}),
  )

  test('of npx are installed', () => {
    const named = COMMANDS.flatMap((line) => line.match(/^npx ([\w-]+)/)?.[1] ?? [])
    expect(
      named.filter((name) => !OWN.includes(name) && !existsSync(at('node_modules/.bin', name))),
    ).toEqual([])
  })

  const options = new Map<string, Set<string>>()
  for (const line of COMMANDS) {
    const [, name = 'start', given = ''] =
      line.match(/^npm (?:run (?:-s )?([\w:-]+)|start) -- (.*)$/) ?? []
    const names = given.match(/(?<!\S)--[a-z][\w-]*/g) ?? []
    if (name in scripts && names.length > 0) {
      options.set(name, new Set([...(options.get(name) ?? []), ...names]))
    }
  }

  test.each([...options])('npm run %s has every documented option in its help', (name, names) => {
    // Without npm in between, which takes longer than the command.
    const [program = '', ...args] = scripts[name]?.split(' ') ?? []
    const { stdout } = spawnSync(program, [...args, '--help'], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${at('node_modules/.bin')}:${process.env.PATH}` },
    })
    expect([...names].filter((option) => !stdout.includes(option))).toEqual([])
  })
})

describe('guides', () => {
  const GUIDES = readdirSync(at('docs/guides')).map((name) => `docs/guides/${name}`)
  const NAMED = GUIDES.flatMap(codeBlocks).filter(({ name }) => name)

  test.each(GUIDES)('%s shows only code that a test runs', (guide) => {
    // Commands are checked below, and those for an app run in test/cli. Access rules alone are compiled by
    // codeTypes.test.ts, and the app of the components' guide runs in test/components/guide.test.ts.
    const isApp = /\/components\./.test(guide)
    const quoted = templates()
    const others = codeBlocks(guide).filter(
      ({ language, code, name, file }) =>
        language !== 'bash' &&
        !name &&
        !(isApp && file) &&
        !quoted.includes(code.trim()) &&
        !code.startsWith('access: {'),
    )
    expect(others).toEqual([])
    expect(codeBlocks(guide).length).toBeGreaterThan(0)
  })

  test('name the same code by the same name', () => {
    const codes = new Map(NAMED.map(({ name, code }) => [name, code]))
    for (const { name, code } of NAMED) expect(code).toBe(codes.get(name))
    expect(codes.size).toBeGreaterThan(25)
  })

  test('name only code that a test runs or compiles', () => {
    const tests = readdirSync(at('test'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.test.ts'))
      .map((path) => textOf(join('test', path)))
    const texts = [...tests, ...NAMED.map(({ code }) => code)].join('\n')
    const isUsed = (name: string) =>
      texts.includes(`'${name}'`) || texts.includes(`'./${name.replace(/\.[jt]s$/, '')}'`)
    // codeTypes.test.ts compiles TypeScript.
    const scripts = NAMED.filter(({ language }) => language === 'js')
    expect(scripts.filter(({ name = '' }) => !isUsed(name))).toEqual([])
  })
})

/** The API reference is compared by test/scripts/apiReference.test.ts. */
const WRITTEN = PAGES.filter(({ chineseSource }) => !chineseSource)
const levels = (path: string) => levelsIn(textOf(path))
const levelsIn = (text: string) =>
  [...text.replace(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/^(#+) /gm)].map(([, level]) => level)

/** Code of a page without its comments, which are in the language of the page. */
const codeOf = (path: string) =>
  codeBlocks(path).map(({ language, code }) => [
    language,
    code
      .replace(/\/\*[\s\S]*?\*\/|(^|\s)(?:\/\/|#) .*/g, '')
      .replace(/\s+/g, ' ')
      .trim(),
  ])

test.each(WRITTEN.map((page) => [page.path, page] as const))(
  '%s has the same headings and the same code in both languages',
  (_, page) => {
    const [en, zh] = [sourceOf(page, 'en'), sourceOf(page, 'zh')]
    expect(levels(zh)).toEqual(levels(en))
    expect(codeOf(zh)).toEqual(codeOf(en))
  },
)

test('the site has every guide', () => {
  const shown = PAGES.map(({ source }) => source)
  const guides = readdirSync(at('docs/guides')).map(
    (name) => `docs/guides/${name.replace(/(\.zh-CN)?\.md$/, '')}`,
  )
  expect(guides.filter((guide) => !shown.includes(guide))).toEqual([])
})
