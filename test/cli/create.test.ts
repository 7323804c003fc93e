import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { TEMPLATES } from '../../packages/cli/src/init/writeApp'
import { deployedFunctions } from '../../packages/cli/src/project'
import { loadBundled, runInProcess } from '../support/commandLine'
import { loadAddedService, pictureOn } from '../support/fixtureApp'
import { CLIENT_FILE, createSimulatedPhone } from '../support/phones'
import { at } from '../support/root'
import { ALICE, startTestCloud } from '../support/testCloud'

type Ask = typeof import('../../packages/cli/src/init/writeApp')

const COMMAND = at('packages/create-miniprogram-cos/create.js')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'create-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs `create` in the folder, as `npm create miniprogram-cos` does. */
const create = (args: string[]) => runInProcess(['create', ...args], { cwd: folder })

const SERVICES: Record<string, string> = {
  'native-js': 'miniprogram/services/cos.js',
  'native-ts': 'miniprogram/services/cos.ts',
  taro: 'src/services/cos.ts',
  'uni-app': 'src/services/cos.js',
}

test.each(TEMPLATES.map(({ name }) => name))('the template %s uploads as created', async (name) => {
  const app = join(folder, '我的 App')
  const { status, stderr, stdout } = await create(['我的 App', '--template', name])
  expect([status, stderr]).toEqual([0, ''])
  const files = readdirSync(app, { recursive: true, encoding: 'utf8' })
  for (const file of ['package.json', '.gitignore', SERVICES[name] ?? '']) {
    expect(files).toContain(file)
    expect(stdout).toContain(`\n  ${file}\n`)
  }
  const { version } = JSON.parse(readFileSync(at('packages/cli/package.json'), 'utf8'))
  const description = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'))
  expect(description).toMatchObject({
    name: 'app',
    dependencies: { 'miniprogram-cos': `^${version}` },
    devDependencies: { '@miniprogram-cos/cli': version },
  })
  const ignored = readFileSync(join(app, '.gitignore'), 'utf8').split('\n')
  expect(ignored).toEqual(expect.arrayContaining(['node_modules/', '.env', '.local-cloud/']))
  const cloud = await startTestCloud({ functions: deployedFunctions(app) })
  try {
    const phone = createSimulatedPhone(cloud, ALICE)
    const service = join(app, SERVICES[name] ?? '')
    const client = dirname(CLIENT_FILE)
    const { upload } = await loadAddedService(phone, cloud.folder, service, client)
    await expect(upload(pictureOn(phone))).resolves.toMatchObject({
      Key: expect.stringContaining(ALICE),
    })
  } finally {
    await cloud.end()
  }
})

test('npm create with --yes creates the default in the current folder, which may be a git repository', () => {
  mkdirSync(join(folder, '.git'))
  const { status, stderr } = spawnSync(process.execPath, [COMMAND, '--yes'], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8' },
  })
  expect([status, stderr]).toEqual([0, ''])
  expect(existsSync(join(folder, 'miniprogram/app.js'))).toBe(true)
})

describe('wrong input ends with status 2, one line, and nothing written', () => {
  const cases: [what: string, args: string[], line: string | RegExp][] = [
    [
      'a folder that is not empty',
      ['full', '--yes'],
      'create: full is not an empty folder; in an existing app, run npx @miniprogram-cos/cli init',
    ],
    ['a file', ['full/file', '--yes'], /^create: full\/file is not an empty folder/],
    ['a folder below a file', ['full/file/app', '--yes'], /^create: cannot write .*: ENOTDIR$/],
    [
      'an unknown template',
      ['app', '--template', 'react'],
      'create: there is no template "react": choose one of native-js, native-ts, taro, uni-app',
    ],
    ['no folder, without a terminal', [], 'create: stdin is not a TTY; pass a folder or --yes'],
    [
      'no template, without a terminal',
      ['app'],
      'create: stdin is not a TTY; pass --template or --yes',
    ],
    ['an unknown option', ['--typescript'], "create: Unknown option '--typescript'. See --help."],
  ]

  test.each(cases)('%s', async (_, args, line) => {
    mkdirSync(join(folder, 'full'))
    writeFileSync(join(folder, 'full/file'), '')
    const { status, stderr } = await create(args)
    expect(status).toBe(2)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr.trimEnd()).toEqual(typeof line === 'string' ? line : expect.stringMatching(line))
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['full', 'full/file'])
  })
})

describe('questions', () => {
  const loadAsk = () => loadBundled<Ask>('packages/cli/src/init/writeApp.ts')
  const streams = () => {
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input })
    const output = Object.assign(new PassThrough(), { columns: 80, rows: 24 })
    output.resume()
    return { input, output }
  }

  test('the template is chosen with the arrow keys', async () => {
    const { askTemplate } = await loadAsk()
    const { input, output } = streams()
    const answer = askTemplate(TEMPLATES, { input, output })
    for (const key of ['\x1b[B', '\x1b[B', '\r']) input.write(key)
    expect(await answer).toBe('taro')
  })

  test('the suggested folder can be replaced', async () => {
    const { askFolder } = await loadAsk()
    const { input, output } = streams()
    const answer = askFolder({ input, output })
    for (let i = 0; i < 20; i++) input.write('\x7f')
    for (const key of ['s', 'h', 'o', 'p', '\r']) input.write(key)
    expect(await answer).toBe('shop')
  })

  test('Ctrl+C cancels', async () => {
    const { askFolder } = await loadAsk()
    const { input, output } = streams()
    const answer = askFolder({ input, output })
    input.write('\x03')
    await expect(answer).rejects.toThrow('cancelled; nothing was written')
  })
})
