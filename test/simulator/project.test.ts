import { rmSync } from 'node:fs'
import { type CompiledApp, compileApp } from '../../packages/simulator/src/compile/compileApp'
import { SourceTree } from '../../packages/simulator/src/compile/sourceTree'
import { writeProject } from '../support/projectFiles'

const APP = { 'app.json': '{"pages":["pages/a/a"]}', 'app.js': 'App({})' }
const PAGE = { 'pages/a/a.wxml': '<view/>', 'pages/a/a.js': 'Page({})' }

let folder: string | undefined
afterEach(() => folder && rmSync(folder, { recursive: true, force: true }))

async function compile(files: Record<string, string>): Promise<CompiledApp> {
  folder = writeProject(files)
  return compileApp(folder)
}
/** An app with one page. @param files more of it, or others in place of those of the page */
const compilePage = (files: Record<string, string>) => compile({ ...APP, ...PAGE, ...files })
const messages = ({ problems }: CompiledApp) => problems.map(({ message }) => message)

test('a page needs neither a JSON file nor a script', async () => {
  expect(messages(await compile({ ...APP, 'pages/a/a.wxml': '<view/>' }))).toEqual([])
})

test('a component of an extended library that is not installed is a warning', async () => {
  const app = await compilePage({
    'app.json': '{"pages":["pages/a/a"],"useExtendedLib":{"weui":"latest"}}',
    'pages/a/a.json': '{"usingComponents":{"mp-cell":"weui-miniprogram/cell/cell"}}',
  })
  expect(messages(app)).toEqual([])
  expect(app.warnings.map(({ message }) => message)).toEqual([
    '<mp-cell> is a component of weui-miniprogram, which the preview does not load before npm install weui-miniprogram',
  ])
})

test('finds the mini program by miniprogramRoot of project.config.json', async () => {
  const files = Object.entries({ ...APP, ...PAGE }).map(([path, text]) => [`client/${path}`, text])
  const app = await compile({
    'project.config.json': '{"miniprogramRoot":"client/"}',
    ...Object.fromEntries(files),
  })
  expect(messages(app)).toEqual([])
  expect(app.config.pages).toEqual(['pages/a/a'])
})

test.each([
  ['{"setting":{"urlCheck":false}}', false],
  ['{"setting":{"urlCheck":true}}', true],
  ['{}', true],
])('with the project settings %s, domains are checked: %s', async (config, isChecked) => {
  await compilePage({ 'project.config.json': config })
  expect(new SourceTree(folder ?? '').urlCheck).toBe(isChecked)
})

test('the pages of sub-packages are pages of the app', async () => {
  const app = await compilePage({
    'app.json': '{"pages":["pages/a/a"],"subPackages":[{"root":"more/","pages":["b/b"]}]}',
    'more/b/b.wxml': '<text>second</text>',
  })
  expect(app.config.pages).toEqual(['pages/a/a', 'more/b/b'])
  expect(messages(app)).toEqual([])
})

describe('components are found', () => {
  const button = { 'index.wxml': '<text>button</text>', 'index.js': 'Component({})' }
  const at = (path: string) =>
    Object.fromEntries(Object.entries(button).map(([name, text]) => [`${path}/${name}`, text]))

  test.each([
    ['as a folder', '/components/button', at('components/button')],
    ['relative to the page, without ./', 'button/index', at('pages/a/button')],
    ['in miniprogram_npm', 'kit/button/index', at('miniprogram_npm/kit/button')],
    ['in miniprogram_npm of the page', 'kit/button', at('pages/a/miniprogram_npm/kit/button')],
    [
      'in node_modules, before "Build npm"',
      '@kit/ui/button/index',
      {
        ...at('node_modules/@kit/ui/lib/button'),
        'node_modules/@kit/ui/package.json': '{"miniprogram":"lib"}',
      },
    ],
  ])('%s', async (_, target, files) => {
    const json = JSON.stringify({ usingComponents: { 'the-button': target } })
    const app = await compilePage({ 'pages/a/a.json': json, ...files })
    expect(messages(app)).toEqual([])
    expect(app.script).toMatch(/button\/index/)
  })

  test('by usingComponents of app.json, relative to app.json', async () => {
    const app = await compile({
      ...APP,
      ...PAGE,
      'app.json': '{"pages":["pages/a/a"],"usingComponents":{"the-button":"./components/button"}}',
      ...at('components/button'),
    })
    expect(messages(app)).toEqual([])
  })
})

test('a broken page does not affect the others', async () => {
  const app = await compilePage({
    'app.json': '{"pages":["pages/a/a","pages/b/b","pages/c/c"]}',
    'pages/b/b.wxml': '<view>',
    'pages/c/c.wxml': '<view/>',
    'pages/c/c.js': 'Page({ data: { })',
  })
  expect(app.problems.map(({ file, line }) => `${file}:${line}`)).toEqual([
    'pages/b/b.wxml:1',
    'pages/c/c.js:1',
  ])
  expect(app.script).toContain('pages/a/a')
})

test('attributes that WeChat ignores are warnings with their file and line', async () => {
  const app = await compilePage({
    'pages/a/a.wxml': '<view\n  wx:index="i"/>\n<template is="x" catch:tap="y"/>',
  })
  expect(messages(app)).toEqual([])
  expect(app.warnings.map(({ file, line, column }) => [file, line, column])).toEqual([
    ['pages/a/a.wxml', 2, 3],
    ['pages/a/a.wxml', 3, 24],
  ])
})

test('a module may mix import and module.exports, and import a missing name', async () => {
  const app = await compilePage({
    'util.js': "import './other'\nmodule.exports = { known: 1 }",
    'other.js': 'export const other = 1',
    'pages/a/a.js':
      "import { known, unknown } from '../../util'\nPage({ data: { known, unknown } })",
  })
  expect(messages(app)).toEqual([])
})

test('require finds paths from app.json and paths without ./', async () => {
  const app = await compilePage({
    'util.js': 'module.exports = "the util"',
    'pages/a/near.js': 'module.exports = "the neighbour"',
    'pages/a/a.js': "require('/util.js'); require('near'); Page({})",
  })
  expect(messages(app)).toEqual([])
  expect(app.script).toMatch(/the util[\s\S]*the neighbour|the neighbour[\s\S]*the util/)
})

test('a package that a script only tries to require is a warning', async () => {
  const app = await compilePage({
    'pages/a/a.js': "try { require('crypto') } catch (_) {}\nPage({})",
  })
  expect(messages(app)).toEqual([])
  expect(app.warnings[0]?.message).toContain('no package "crypto"')
})

test('wxs modules require each other', async () => {
  const app = await compilePage({
    'pages/a/a.wxml': '<wxs src="./one.wxs" module="m"/><view>{{m.f(1)}}</view>',
    'pages/a/one.wxs': 'var two = require("../two.wxs"); module.exports = { f: two.f }',
    'pages/two.wxs': 'module.exports = { f: function (x) { return x + 1 } }',
  })
  expect(messages(app)).toEqual([])
  expect(app.script).toMatch(/require\d*\("\.\.\/two"\)/)
})

test('wxs has fewer reserved words than JavaScript, and an error in it fails only its page', async () => {
  const app = await compile({
    'app.json': '{"pages":["pages/a/a","pages/b/b"]}',
    ...PAGE,
    'pages/a/one.wxs': 'module.exports = 1',
    'pages/a/a.wxml': `<wxs src="./one.wxs" module="one" />
    <wxs module="m">
      module.exports = { f: function (a) { var class = 'a class'; if (a.class) { class = a.class } return { class: class } } }
    </wxs><view class="{{m.f(a).class}}"/>`,
    'pages/b/b.wxml': '<view/>\n<wxs module="m">\nmodule.exports = {\n  f: (\n}\n</wxs>',
  })
  expect(app.problems).toMatchObject([
    { file: 'pages/b/b.wxml', line: 5, message: "Unexpected token '}'" },
  ])
  expect(app.script).toMatch(/var class_ = .a class.;/)
  expect(app.script).toMatch(/class_ = \w+\.class;/)
  expect(app.script).toContain('return { class: class_ }')
})

test('Less is compiled, with its imports', async () => {
  const app = await compilePage({
    'pages/a/a.less': '@import "../colours";\n.a { .b { color: @main; margin: 2rpx } }',
    'pages/colours.less': '@main: rebeccapurple;',
  })
  expect(messages(app)).toEqual([])
  expect(app.script).toMatch(/\.a \.b \{[^}]*rebeccapurple/)
  expect(app.script).toContain('calc(2 * var(--rpx))')
})

test('a Sass style sheet without the library sass fails with the package to install', async () => {
  const app = await compilePage({ 'pages/a/a.scss': '.a { .b { top: 0 } }' })
  expect(messages(app)).toEqual(['npm install sass to compile this'])
})

test('style sheets are imported with and without their extension', async () => {
  const app = await compilePage({
    'app.wxss': '@import "./styles/base"; @import "styles/more.wxss";',
    'styles/base.wxss': '.base { top: 1rpx }',
    'styles/more.wxss': '.more { background: url(/images/a.png) }',
  })
  expect(messages(app)).toEqual([])
  expect(app.script).toMatch(/\.base \{[^}]*calc\(1 \* var\(--rpx\)\)/)
  expect(app.script).toContain('url(/app/images/a.png)')
})

test('a component of a plugin is a warning', async () => {
  const app = await compilePage({
    'pages/a/a.json': '{"usingComponents":{"the-map":"plugin://maps/map"}}',
  })
  expect(messages(app)).toEqual([])
  expect(app.warnings[0]?.message).toBe(
    '<the-map> is a component of a plugin, which the preview does not load',
  )
})
