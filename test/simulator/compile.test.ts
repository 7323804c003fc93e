import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { compileApp } from '../../packages/simulator/src/compile/compileApp'
import type { SourceProblem } from '../../packages/simulator/src/compile/compiledApp'
import { compileStyle } from '../../packages/simulator/src/compile/compileStyle'
import { SourceError, SourceTree } from '../../packages/simulator/src/compile/sourceTree'

let root: string
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'preview-app-'))
  write('app.json', '{\n  "pages": ["pages/a/a"]\n}\n')
  write('app.ts', 'App({})\n')
  write('pages/a/a.json', '{ "usingComponents": { "the-row": "/components/row/row" } }\n')
  write('pages/a/a.ts', 'Page({})\n')
  write('pages/a/a.wxml', '<view>\n  <the-row />\n</view>\n')
  write('components/row/row.json', '{ "component": true }\n')
  write('components/row/row.ts', 'Component({})\n')
  write('components/row/row.wxml', '<text>row</text>\n')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const problemsOf = (): Promise<SourceProblem[]> =>
  compileApp(root).then(
    ({ problems }) => problems,
    (error: unknown) => {
      if (error instanceof SourceError) return error.problems
      throw error
    },
  )

test('compiles a valid app', async () => {
  expect(await problemsOf()).toEqual([])
})

test('includes imported templates and scripts', async () => {
  write('parts/hello.wxml', '<template name="hello"><text>{{ who }}</text></template>\n')
  write('parts/upper.wxs', 'module.exports = { upper: function (s) { return s.toUpperCase() } }\n')
  write(
    'pages/a/a.wxml',
    '<import src="../../parts/hello" />\n<wxs src="/parts/upper.wxs" module="m" />\n' +
      '<template is="hello" data="{{ who: m.upper(name) }}" />\n',
  )
  expect(await problemsOf()).toEqual([])
  const { script } = await compileApp(root)
  expect(script).toContain('toUpperCase')
  expect(script).toContain('G["parts/hello"]')
})

test('a wxs module in a template can require others, and a missing one is reported', async () => {
  write('parts/upper.wxs', 'module.exports = { upper: function (s) { return s.toUpperCase() } }\n')
  const template = (name: string) =>
    `<wxs module="m">\nvar o = require('../../parts/${name}.wxs')\nmodule.exports = o\n</wxs><text>{{m.upper(name)}}</text>`
  write('pages/a/a.wxml', template('upper'))
  const { problems, script } = await compileApp(root)
  expect(problems).toEqual([])
  expect(script).toContain('toUpperCase')
  write('pages/a/a.wxml', template('lower'))
  expect(await problemsOf()).toMatchObject([
    { file: 'pages/a/a.wxml', line: 2, message: 'there is no file parts/lower' },
  ])
})

const mistakes: [what: string, path: string, text: string, place: string, said: RegExp][] = [
  ['a tag that is not closed', 'pages/a/a.wxml', '<view>\n  <text>\n</view>', ':2:4', /end tag/],
  ['a bad expression', 'pages/a/a.wxml', '<view>\n\n {{ a. }}</view>', ':3:8', /identifier/],
  ['an arrow function', 'pages/a/a.wxml', '<view a="{{ () => 1 }}" />', ':1:14', /unexpected/],
  [
    'an import of a missing file',
    'pages/a/a.wxml',
    '\n<import src="./b.wxml" />',
    ':2:1',
    /no file pages\/a\/b/,
  ],
  ['invalid JSON', 'pages/a/a.json', '{\n  "a": 1,\n}', ':3:1', /not JSON/],
  [
    'a component without files',
    'pages/a/a.json',
    '{\n "usingComponents": {\n  "x-x": "./x" }\n}',
    '',
    /has no file/,
  ],
  [
    'a page without files',
    'app.json',
    '{\n  "pages": ["pages/a/a", "pages/b/b"]\n}',
    ':2:27',
    /pages\/b\/b has no file/,
  ],
  ['a bad style', 'pages/a/a.wxss', '.a {\n  color: red;\n', ':1:1', /Unclosed block/],
  ['a bad script', 'pages/a/a.ts', 'Page({\n  a: ,\n})', ':2:6', /Unexpected ","/],
  [
    'an import of a missing script',
    'pages/a/a.ts',
    "import '../b'\nPage({})",
    ':1:8',
    /Could not resolve/,
  ],
  [
    'a package that is not built',
    'pages/a/a.ts',
    "import 'left-pad'\nPage({})",
    ':1:8',
    /miniprogram_npm/,
  ],
]

test.each(mistakes)('reports %s with its file and line', async (_, path, text, place, message) => {
  write(path, text)
  const [problem] = await problemsOf()
  expect(problem?.message).toMatch(message)
  expect(`${problem?.file}:${problem?.line}:${problem?.column}`).toContain(path + place)
  expect(problem?.excerpt).toContain('^')
})

test('an assignment to a constant fails when it is executed', async () => {
  write('pages/a/a.ts', 'const size = 1, [a] = [2]\nPage({ set() {\n  [a, size] = [3, 4]\n} })\n')
  const { problems, script } = await compileApp(root)
  expect(problems).toEqual([])
  const page: { set?: () => void } = {}
  const preview = new Proxy({}, { get: () => (_: unknown, load?: () => void) => load?.() })
  new Function('__preview', 'App', 'Page', 'Component', script)(
    preview,
    () => {},
    (definition: object) => Object.assign(page, definition),
    () => {},
  )
  expect(() => page.set?.()).toThrow('Assignment to constant variable.')
})

test('globals that a phone does not have are undefined', async () => {
  write('pages/a/a.ts', 'Page({ data: { has: typeof fetch, too: typeof localStorage } })\n')
  expect((await compileApp(root)).script).toContain('has: "undefined", too: "undefined"')
})

test('every way to get the global object returns that of the app', async () => {
  write(
    'pages/a/a.ts',
    "Page({ data: [globalThis, Function('return this')(), new Function('return this')()] })\n",
  )
  const { script } = await compileApp(root)
  expect(script).toContain('data: [__appGlobal, (() => __appGlobal)(), (() => __appGlobal)()]')
})

test.each<[what: string, given: string, css: string]>([
  ['rpx', '.a { margin: -10rpx 0 }', 'P .a { margin: calc(-10 * var(--rpx)) 0 }'],
  ['element names', 'view > text { top: 0 }', 'P wx-view > wx-text { top: 0 }'],
  ['components', 'ec-canvas.a { top: 0 }', 'P :is(wx-ec-canvas, ec-canvas).a { top: 0 }'],
  ['the page itself', 'page { top: 0 }', 'P { top: 0 }'],
  ['vh', '.a { height: calc(100vh - 1px) }', 'P .a { height: calc(100cqh - 1px) }'],
  [
    'dark mode, a setting of the phone',
    '@media (prefers-color-scheme: dark) { .a { top: 0 } }',
    ':root[data-theme="dark"] P .a { top: 0 }',
  ],
  ['keyframes, unchanged', '@keyframes x { from { top: 0 } }', '@keyframes x { from { top: 0 } }'],
])('styles: %s', async (_, given, css) => {
  write('a.wxss', given)
  const compiled = await compileStyle(new SourceTree(root), 'a.wxss', { within: 'P' })
  expect(compiled.trim().replace(/\s+/g, ' ')).toBe(css)
})

test('styles: the classes of a component are scoped, and :host selects the component', async () => {
  write('a.wxss', ':host .a.b { top: 0 }')
  expect(await compileStyle(new SourceTree(root), 'a.wxss', { prefix: 's1' })).toBe(
    '[wx-host="s1"] .s1--a.s1--b { top: 0 }',
  )
})
