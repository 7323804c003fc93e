import { rmSync } from 'node:fs'
import { checkProject, type Report } from '../../packages/cli/src/wechat/checkProject'
import { describeFinding } from '../../packages/cli/src/wechat/project'
import { CLIENT_SIZES } from '../../packages/cli/src/wechat/sizes'
import { runCli } from '../support/commandLine'
import { type ProjectFiles, writeProject } from '../support/projectFiles'
import { describeWithWechatTools } from '../support/tools'

// A compile takes two seconds, and ten on a loaded CI machine.
jest.setTimeout(180_000)

const folders: string[] = []

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A small mini program that WeChat accepts: TypeScript, one page, a package it bundles and one it copies. */
const VALID_FILES: ProjectFiles = {
  'project.config.json': `{
  "miniprogramRoot": "app/",
  "compileType": "miniprogram",
  "setting": {
    "es6": true,
    "enhance": true,
    "minified": true,
    "useCompilerPlugins": ["typescript"],
    "packNpmManually": true,
    "packNpmRelationList": [
      { "packageJsonPath": "./package.json", "miniprogramNpmDistDir": "./app/" }
    ]
  }
}`,
  'package.json': '{ "dependencies": { "lib": "1.0.0", "copied": "1.0.0" } }',
  'node_modules/lib/package.json': '{ "name": "lib", "version": "1.0.0" }',
  'node_modules/lib/index.js': "exports.inner = require('./inner')\n",
  'node_modules/lib/inner.js': 'exports.one = (x) => x\n',
  'node_modules/copied/package.json': '{ "name": "copied", "version": "1.0.0" }',
  'node_modules/copied/miniprogram_dist/index.js': "exports.lib = require('lib')\n",
  'app/app.json': '{\n  "pages": [\n    "pages/home/home"\n  ]\n}',
  'app/app.ts': 'App({})\n',
  'app/pages/home/home.ts': "import { inner } from 'lib'\n\nPage({ data: inner.one({ x: 1 }) })\n",
  'app/pages/home/home.json': '{}',
  'app/pages/home/home.wxml': '<view>{{x}}</view>\n',
  'app/pages/home/home.wxss': '.x {\n  color: red;\n}\n',
}

/** Writes the project with some of its files replaced, and others added. */
function write(files: ProjectFiles): string {
  const folder = writeProject({ ...VALID_FILES, ...files })
  folders.push(folder)
  return folder
}

const check = (files: ProjectFiles): Promise<Report> => checkProject(write(files))

/** Findings as they are printed. */
async function found(files: ProjectFiles): Promise<string[]> {
  return (await check(files)).findings.map(describeFinding)
}

describeWithWechatTools('check-wechat', () => {
  test('accepts a valid project, and prints its size', async () => {
    const { findings, sizes } = await check({})
    expect(findings).toEqual([])
    expect(sizes).toEqual([expect.stringMatching(/^main package {2}\d+\.\d KB of 2048\.0 KB/)])
  })

  test('reports every place in packages that WeChat cannot parse, also where its builder is silent', async () => {
    const findings = await found({
      'node_modules/lib/inner.js': 'exports.one = (x) =>\n  x?.y\n',
      'node_modules/copied/miniprogram_dist/index.js': '\nexports.one = (x) => x?.y\n',
      'node_modules/copied/miniprogram_dist/big.js': '\n\nexports.big = 10n\n',
      'node_modules/copied/miniprogram_dist/regex.js': 'exports.after = /(?<=a)b/\n',
    })
    const copied = 'app/miniprogram_npm/copied'
    expect(findings).toEqual([
      expect.stringMatching(
        /^node_modules\/lib\/inner\.js:2: .* cannot read this: Unexpected token/,
      ),
      `${copied}/big.js:3: a BigInt literal: exports.big = 10n`,
      `${copied}/index.js:2: is newer than ES2018: exports.one = (x) => x?.y`,
      `${copied}/regex.js:1: lookbehind in a regular expression: exports.after = /(?<=a)b/`,
      expect.stringMatching(/^app\/miniprogram_npm\/lib\/index\.js:\d+: does not load: .*inner/),
    ])
  })

  describe('an app with the default npm build', () => {
    const project = {
      'project.config.json':
        '{ "miniprogramRoot": "app/", "compileType": "miniprogram", "setting": { "es6": true, "useCompilerPlugins": ["typescript"] } }',
      'app/miniprogram_npm/lib/index.js': 'module.exports = { inner: { one: (x) => x } }\n',
      // As TDesign and other packages with a `miniprogram` folder are: copied, not bundled.
      'app/miniprogram_npm/modern/index.js': "export { two } from './two'\nexport default 1\n",
      'app/miniprogram_npm/modern/two.js': 'export const two = { a: 2, ...{ b: 3 } }\n',
      'app/pages/home/home.ts':
        "import { inner } from 'lib'\nimport { two } from 'modern'\nPage({ data: inner.one(two) })\n",
    }

    test('is accepted with the packages that DevTools built', async () => {
      expect(await found(project)).toEqual([])
    })

    test('reports newer syntax in such a package, and a package that was not built', async () => {
      expect(
        await found({
          ...project,
          'app/miniprogram_npm/modern/two.js': 'export const two = 2n\n',
        }),
      ).toEqual(['app/miniprogram_npm/modern/two.js:1: a BigInt literal: export const two = 2n'])
      expect(
        await found({
          ...project,
          'app/pages/home/home.ts': "import { a } from 'gone'\nPage({ a })\n",
        }),
      ).toEqual(["app/pages/home/home.ts:1: cannot find 'gone'"])
    })
  })

  test('reports globals that phones do not have', async () => {
    const findings = await found({
      'node_modules/lib/inner.js': '\nexports.one = process.env.ONE\n',
      'node_modules/copied/miniprogram_dist/index.js': "exports.one = new Function('return 1')\n",
    })
    expect(findings).toEqual([
      expect.stringMatching(/copied\/index\.js:1: does not load: Code generation/),
      // Jest follows the source map that the builder makes, back to the file in the package.
      expect.stringMatching(/lib\/(?:index|inner)\.js:\d+: does not load: process is not defined/),
    ])
  })

  test('reports every invalid template, wxs and style sheet', async () => {
    const page = 'app/pages/home/home'
    const findings = await found({
      [`${page}.wxml`]: '<view>\n  <text>\n</view>\n',
      'app/expression.wxml': '<view>\n  <text>{{a?.b}}</text>\n</view>\n',
      'app/script.wxml': '<wxs module="one">\nvar one = 1\nconst two = 2\n</wxs>\n',
      [`${page}.wxss`]: '.x {\n  color: red;\n',
    })
    expect(findings).toEqual([
      expect.stringMatching(/^app\/expression\.wxml:2: /),
      expect.stringMatching(/^app\/pages\/home\/home\.wxml:3: expect end-tag `text`/),
      expect.stringMatching(/^app\/script\.wxml:3: /),
      expect.stringMatching(/^app\/pages\/home\/home\.wxss:\d: unexpected/),
    ])
  })

  test('reports a missing page', async () => {
    const findings = await found({
      'app/app.json': '{\n  "pages": [\n    "pages/home/home",\n    "pages/gone/gone"\n  ]\n}',
    })
    expect(findings).toEqual([
      expect.stringMatching(/^app\/app\.json:4: .*"pages\/gone\/gone\.wxml"/),
    ])
  })

  test('reports what cannot be compiled', async () => {
    const findings = await found({ 'app/app.ts': '\nApp({\n  data: {{}\n})\n' })
    expect(findings).toEqual([expect.stringMatching(/^app\/app\.ts:3: .*Unexpected token/s)])
  })

  test('reports missing imports, and packages that are too large', async () => {
    const page = 'app/pages/home/home'
    const client = 'node_modules/miniprogram-cos'
    const [{ limit, entry } = { limit: 0, entry: '' }] = CLIENT_SIZES
    const findings = await found({
      'package.json': '{ "dependencies": { "lib": "1.0.0", "miniprogram-cos": "1.0.0" } }',
      [`${client}/package.json`]: '{ "name": "miniprogram-cos", "version": "1.0.0" }',
      [`${client}/miniprogram_dist/${entry}`]: "require('./core.js')",
      [`${client}/miniprogram_dist/core.js`]: `exports.text = '${'.'.repeat(limit)}'`,
      [`${page}.ts`]:
        "const one: number = 1\nimport { two } from '../../two'\nPage({ one, two })\n",
      [`${page}.wxml`]: '<view/>\n<import src="/gone.wxml"/>\n',
      [`${page}.wxss`]: '\n@import "gone.wxss";\n',
      'app/images/sea.png': new Uint8Array(2.1 * 1024 * 1024),
    })
    expect(findings.sort()).toEqual([
      expect.stringMatching(
        /^app\/images\/sea\.png: main package is 22\d\d\.\d KB, the limit is 2048/,
      ),
      expect.stringMatching(/^app\/miniprogram_npm\/miniprogram-cos\/index\.js: client takes/),
      `${page}.ts:2: cannot find '../../two'`,
      `${page}.wxml:2: cannot find '/gone.wxml'`,
      `${page}.wxss:2: cannot find 'gone.wxss'`,
    ])
  })

  test('reports errors in configuration files', async () => {
    const faulty =
      '{\n  "miniprogramRoot": "app/",\n  "setting": {\n    "packNpmManually": 1\n  }\n}'
    const page = { 'app/pages/home/home.json': '{\n  "navigationBarTextStyle": "purple"\n}' }
    expect(await found({ 'project.config.json': faulty, ...page })).toEqual([
      'project.config.json:4: setting.packNpmManually is not of a type(s) boolean',
      expect.stringMatching(/^app\/pages\/home\/home\.json:2: navigationBarTextStyle .*"white"/),
    ])
    const broken = '{\n  "miniprogramRoot": "app/"\n  "setting": {}\n}'
    expect(await found({ 'project.config.json': broken })).toEqual([
      expect.stringMatching(/^project\.config\.json:3: is not valid JSON/),
    ])
  })

  test('reports settings that DevTools accepts and that cannot work', async () => {
    const settings = {
      miniprogramRoot: 'app/',
      cloudfunctionRoot: 'functions/',
      setting: {
        urlCheck: false,
        packNpmManually: true,
        packNpmRelationList: [{ packageJsonPath: 'package.json', miniprogramNpmDistDir: './' }],
      },
    }
    const findings = await found({
      'project.config.json': JSON.stringify(settings, null, 2),
      'functions/one/index.ts': '',
    })
    expect(findings).toEqual([
      expect.stringMatching(/^project\.config\.json:5: setting\.urlCheck is off for everyone/),
      expect.stringMatching(/:10: setting\.packNpmRelationList\.0\.miniprogramNpmDistDir is not/),
      expect.stringMatching(/:3: cloudfunctionRoot has no one\/index\.js/),
      expect.stringMatching(/:3: cloudfunctionRoot has no one\/package\.json/),
    ])
  })

  test('the command prints its findings and ends with status 1', () => {
    const folder = write({ 'project.config.json': '{ "miniprogramRoot": 1 }' })
    const { status, stderr } = runCli(['check-wechat', folder])
    expect(stderr).toContain('project.config.json:1: miniprogramRoot is not of a type(s) string')
    expect(status).toBe(1)
  })
})
