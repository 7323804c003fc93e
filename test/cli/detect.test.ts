import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { detect } from '../../packages/cli/src/init/detect'
import { plan } from '../../packages/cli/src/init/plan'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'detect-'))
})
afterEach(() => rmSync(root, { recursive: true }))

/** Writes files, objects as JSON. */
function write(files: Record<string, string | object>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = join(root, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  }
}

const files = () => plan(detect(root)).map(({ file }) => file)

describe('frameworks', () => {
  test('Taro: the package.json of the root, modules below src', () => {
    write({
      'project.config.json': { miniprogramRoot: './dist', appid: 'touristappid' },
      'package.json': { dependencies: { '@tarojs/taro': '4.1.0' } },
      'tsconfig.json': {},
      'src/app.ts': "Taro.cloud.init({ env: 'shop-1a2b3c' })",
    })
    expect(detect(root)).toMatchObject({
      framework: 'taro',
      language: 'ts',
      sources: 'src',
      packageFile: 'package.json',
      env: 'shop-1a2b3c',
      initsCloud: true,
    })
    const service = plan(detect(root)).find(({ file }) => file === 'src/services/cos.ts')
    expect(service).toMatchObject({
      text: expect.stringContaining("import { COS } from 'miniprogram-cos'"),
    })
  })

  test('uni-app: DevTools opens the latest build', () => {
    write({ 'package.json': { dependencies: { '@dcloudio/uni-mp-weixin': '3.0.0' } } })
    expect(detect(root).miniprogramRoot).toBe('dist/build/mp-weixin')
    write({ 'dist/dev/mp-weixin/app.json': {} })
    expect(detect(root).miniprogramRoot).toBe('dist/dev/mp-weixin')
    write({ 'dist/build/mp-weixin/app.json': {} })
    utimesSync(join(root, 'dist/dev/mp-weixin/app.json'), 1, 1)
    expect(detect(root).miniprogramRoot).toBe('dist/build/mp-weixin')
  })

  test('uni-app: works without a project.config.json, which it generates', () => {
    write({
      'package.json': { dependencies: { '@dcloudio/uni-mp-weixin': '3.0.0' } },
      'src/manifest.json': '/* comments */ {}',
      'src/main.js': '',
    })
    expect(detect(root)).toMatchObject({ framework: 'uni-app', language: 'js', sources: 'src' })
    expect(files()).toEqual([
      'cos.config.js',
      'package.json',
      '.gitignore',
      '.env.example',
      'src/services/cos.js',
      'cloudfunctions/cos-credentials',
      'cloudfunctions/cos-signature',
    ])
  })

  test('another bundler, by a miniprogramRoot that is not built yet', () => {
    write({
      'project.config.json': { miniprogramRoot: 'dist/wx/' },
      'package.json': { dependencies: { '@mpxjs/core': '2.9.0' } },
    })
    expect(detect(root)).toMatchObject({ framework: 'other', packageFile: 'package.json' })
  })
})

describe('the package.json that "Build npm" reads', () => {
  const app = { 'miniprogram/app.json': {} }

  test('is that of miniprogramRoot by default, though the root has one', () => {
    write({
      ...app,
      'project.config.json': { miniprogramRoot: 'miniprogram/' },
      'package.json': {},
    })
    expect(detect(root)).toMatchObject({
      packageFile: 'miniprogram/package.json',
      lacksNpmRelation: false,
    })
  })

  test('is the one that packNpmRelationList names', () => {
    const packNpmRelationList = [
      { packageJsonPath: './npm/package.json', miniprogramNpmDistDir: './miniprogram' },
    ]
    write({
      ...app,
      'project.config.json': {
        miniprogramRoot: 'miniprogram/',
        setting: { packNpmManually: true, packNpmRelationList },
      },
      'npm/package.json': {},
    })
    expect(detect(root)).toMatchObject({ packageFile: 'npm/package.json', lacksNpmRelation: false })
  })

  test('is listed where packNpmManually has no list', () => {
    write({
      ...app,
      'project.config.json': {
        miniprogramRoot: 'miniprogram/',
        setting: { packNpmManually: true },
      },
      'package.json': {},
    })
    expect(plan(detect(root))).toContainEqual(
      expect.objectContaining({
        path: ['setting', 'packNpmRelationList'],
        value: { packageJsonPath: './package.json', miniprogramNpmDistDir: './miniprogram' },
      }),
    )
  })
})

test('files of the kit are kept out of the package where the folder is the mini program', () => {
  write({ 'project.config.json': {}, 'app.json': {} })
  const ignored = plan(detect(root)).flatMap((step) =>
    step.kind === 'merge' && step.path[0] === 'packOptions'
      ? [(step.value as { value: string }).value]
      : [],
  )
  expect(ignored).toEqual(
    expect.arrayContaining(['cos.config.js', '.env', '.local-cloud', '.deploy', 'cloudfunctions']),
  )
})

test('reads cloudfunctionRoot from project.private.config.json, otherwise functionRoot from cloudbaserc.json', () => {
  write({
    'app.json': {},
    'project.config.json': {},
    'cloudbaserc.json': { functionRoot: './fns' },
  })
  expect(detect(root)).toMatchObject({ cloudfunctionRoot: 'fns', hasCloudfunctionRoot: false })
  write({ 'project.private.config.json': { cloudfunctionRoot: './own/' } })
  expect(detect(root)).toMatchObject({ cloudfunctionRoot: 'own', hasCloudfunctionRoot: true })
})

test('recognises lines of .gitignore in any spelling, and accepts a byte order mark', () => {
  write({
    'app.json': {},
    'project.config.json': '\uFEFF{"cloudfunctionRoot":"cloudfunctions/"}',
    'package.json': { dependencies: { 'miniprogram-cos': '*' } },
    '.gitignore': '/.env\n.local-cloud\n/.deploy/\r\n',
  })
  expect(files()).not.toContain('.gitignore')
  expect(files()).not.toContain('package.json')
})
