import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LOCAL_ROOT_KEY, startLocalCloud } from '@miniprogram-cos/local-cloud'
import { PACKAGES, packPackages } from '../support/localRegistry'
import { at } from '../support/root'

const IMPORTED = [
  ['miniprogram-cos', 'COS'],
  ['miniprogram-cos/upload', 'COS'],
  ['@miniprogram-cos/server', 'createKeyServer'],
  ['@miniprogram-cos/local-cloud', 'startLocalCloud'],
  ['@miniprogram-cos/simulator', 'createSimulator'],
  ['@miniprogram-cos/simulator/preview', 'startPreview'],
] as const

const EXPECTED_FILES = [
  /^(package\.json|LICENSE|README(\.zh-CN)?\.md)$/,
  /^create\.js$/,
  /^dist\/[\w-]+\.(js|mjs|d\.ts|d\.mts)$/,
  /^dist\/adapters\/\w+\.d\.ts$/,
  /^dist\/browser\/\w+\.(js|css)$/,
  /^dist\/miniprogram-cos\.js\.map$/,
  /^miniprogram_dist\/\w+\.js$/,
  // Code that several components share: the build names it by its content.
  /^miniprogram_dist\/chunk-[A-Z0-9]{8}\.js$/,
  // Components, adapters, and the styles that components share.
  /^miniprogram_dist\/[\w-]+\/[\w-]+\.(js|json|wxml|wxss)$/,
  /^miniprogram_dist\/\w+\.wxss$/,
  // What the command line tool puts into projects.
  /^(samples|templates)\//,
]

/** What the example's tests and the consumers need besides. */
const TOOLS = ['@types/node@20', 'jest@30', 'typescript@5.9', 'vitest@3', 'wx-server-sdk@4.0.2']

let project: string
let tarballs: Record<string, string>

const runIn = (cwd: string, command: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
  execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: 'pipe',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  })
const run = (command: string, ...args: string[]) => runIn(project, command, args)
const installed = (name: string, ...path: string[]) => join(project, 'node_modules', name, ...path)

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'tarballs-'))
  tarballs = await packPackages(project)
  writeFileSync(join(project, 'package.json'), '{ "name": "empty", "private": true }')
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund']
  run('npm', ...install, ...Object.values(tarballs), ...TOOLS)
}, 300_000)

afterAll(() => rmSync(project, { recursive: true, force: true }))

describe.each(Object.keys(PACKAGES))('%s', (name) => {
  const manifest = () => JSON.parse(readFileSync(installed(name, 'package.json'), 'utf8'))

  test('contains what is built, its documents, and nothing else', () => {
    const files = readdirSync(installed(name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(installed(name).length + 1))
      .filter((file) => !file.startsWith('node_modules/'))
    const isExpected = (file: string) => EXPECTED_FILES.some((pattern) => pattern.test(file))
    expect(files.filter((file) => !isExpected(file))).toEqual([])
    const documents = ['LICENSE', 'README.md', 'README.zh-CN.md', 'package.json']
    expect(files).toEqual(expect.arrayContaining(documents))
  })

  test('depends on published packages only, at exact versions', () => {
    const { dependencies = {}, optionalDependencies = {} } = manifest()
    const all = Object.entries({ ...dependencies, ...optionalDependencies })
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version as string))).toEqual([])
    expect(Object.keys(dependencies)).not.toContain('@miniprogram-cos/protocol')
    expect(manifest().private).toBeUndefined()
  })

  test('has the same version as the client', () => {
    const client = JSON.parse(readFileSync(installed('miniprogram-cos', 'package.json'), 'utf8'))
    expect(manifest().version).toBe(client.version)
  })

  test('says nothing of the machine it was built on', () => {
    const texts = readdirSync(installed(name), { recursive: true, encoding: 'utf8' })
      .filter((file) => /^[^/]+\.js$|^dist\/[^/]+\.(js|mjs|ts|mts)$/.test(file))
      .filter((file) => readFileSync(installed(name, file), 'utf8').includes(at('packages')))
    expect(texts).toEqual([])
  })

  test('passes publint', () => {
    const command = at('node_modules/publint/src/cli.js')
    runIn(at('.'), process.execPath, [command, '--strict', tarballs[name] as string])
  })
})

test.each(Object.keys(PACKAGES).filter((name) => !/\/cli$|^create-/.test(name)))(
  '%s passes attw',
  (name) => {
    const command = at('node_modules/@arethetypeswrong/cli/dist/index.js')
    runIn(at('.'), process.execPath, [command, tarballs[name] as string])
  },
)

describe.each(IMPORTED)('%s', (name, value) => {
  test('is loaded by require', () => {
    const script = `console.log(typeof require('${name}').${value})`
    expect(run(process.execPath, '-e', script)).toBe('function\n')
  })

  test('is loaded by import', () => {
    const script = `import { ${value} } from '${name}'; console.log(typeof ${value})`
    expect(run(process.execPath, '--input-type=module', '-e', script)).toBe('function\n')
  })
})

test.each([
  ['node16', 'node16'],
  ['esnext', 'bundler'],
])(
  'types compile without skipLibCheck, module %s and resolution %s',
  (module, moduleResolution) => {
    for (const extension of ['mts', 'cts']) {
      cpSync(join(__dirname, 'consumer/usage.mts'), join(project, `usage.${extension}`))
    }
    const files = module === 'node16' ? ['usage.mts', 'usage.cts'] : ['usage.mts']
    const compilerOptions = {
      ...{ noEmit: true, strict: true, skipLibCheck: false, esModuleInterop: true },
      ...{ lib: ['ES2022'], target: 'ES2022', types: ['node'], module, moduleResolution },
    }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
    let output = ''
    try {
      run('node_modules/.bin/tsc', '-p', '.')
    } catch (error) {
      output = (error as { stdout: string }).stdout
    }
    expect(output).toBe('')
  },
)

test('the commands run', async () => {
  expect(run('node_modules/.bin/miniprogram-cos', '--help')).toContain('local-cloud')
  expect(run('node_modules/.bin/local-cloud', '--help')).toContain('--cos-port')
  const cloud = spawn(join(project, 'node_modules/.bin/local-cloud'), ['--memory'], {
    cwd: project,
  })
  const line = await new Promise<string>((resolve, reject) => {
    cloud.stdout.once('data', (text: Buffer) => resolve(text.toString()))
    cloud.once('exit', () => reject(new Error('the local cloud did not start')))
  })
  cloud.kill()
  expect(JSON.parse(line)).toMatchObject({ ready: true })
})

test('the READMEs show the example project', () => {
  const shown: [string, string][] = [
    ['server', 'cloudfunctions/cos-credentials/index.js'],
    ['server', 'keyServer.mjs'],
    ['simulator', 'upload.jest.test.js'],
  ]
  for (const [folder, file] of shown) {
    const code = readFileSync(join(__dirname, 'example', file), 'utf8')
    for (const readme of ['README.md', 'README.zh-CN.md']) {
      expect(readFileSync(at('packages', folder, readme), 'utf8')).toContain(code.trim())
    }
  }
})

describe('an example project', () => {
  beforeAll(() => cpSync(join(__dirname, 'example'), project, { recursive: true }))

  test('tests its uploads and its cloud function by Jest', () => {
    run('node_modules/.bin/jest', '--testMatch', '**/*.jest.test.js')
  })

  test('tests its uploads by Vitest', () => {
    run('node_modules/.bin/vitest', 'run', 'upload.vitest.test.mjs')
  })

  test('runs a key server by node:http', async () => {
    const cloud = await startLocalCloud()
    const port = 20_000 + (process.pid % 20_000)
    const server: ChildProcess = spawn(process.execPath, ['keyServer.mjs'], {
      cwd: project,
      stdio: 'inherit',
      env: {
        ...process.env,
        PORT: String(port),
        SESSION_SECRET: 'secret',
        COS_STS_SECRET_ID: LOCAL_ROOT_KEY.SecretId,
        COS_STS_SECRET_KEY: LOCAL_ROOT_KEY.SecretKey,
        COS_STS_ENDPOINT: cloud.sts,
      },
    })
    try {
      const claims = `oAlice0123456789abcdefghijkl.${Math.floor(Date.now() / 1000) + 60}`
      const signature = createHmac('sha256', 'secret').update(claims).digest('base64url')
      const ask = (session: string) =>
        fetch(`http://127.0.0.1:${port}/cos-credentials`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Authorization: session },
          body: '{}',
        })
      let response: Response | undefined
      for (let i = 0; i < 100 && !response; i++) {
        response = await ask(`${claims}.${signature}`).catch(() => undefined)
        if (!response) await new Promise((resolve) => setTimeout(resolve, 100))
      }
      expect(await response?.json()).toMatchObject({
        prefix: 'private/oAlice0123456789abcdefghijkl/',
        credentials: { tmpSecretId: expect.any(String) },
      })
      expect((await ask(`${claims}.forged`)).status).toBe(401)
    } finally {
      server.kill()
      await cloud.close()
    }
  })
})
