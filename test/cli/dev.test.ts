import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSimulator, loadModule } from '@miniprogram-cos/simulator'
import { runSnippet } from '../support/documents'
import { AppCopy } from '../support/fixtureApp'
import { CLIENT_FILE, type Untyped } from '../support/phones'
import { ALICE } from '../support/testCloud'
import { until } from '../support/until'

const app = new AppCopy('own-functions')

beforeAll(async () => {
  await app.run('init', '--yes')
})
afterAll(() => app.remove())

/** A running `dev`, and what it has printed so far. */
class Dev {
  readonly child: ChildProcess
  output = ''

  constructor(...args: string[]) {
    this.child = app.start(['dev', ...args])
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (text) => {
        this.output += text
      })
    }
  }

  async printed(text: string): Promise<void> {
    await until(() => this.output.includes(text), `printed ${text}: ${this.output}`)
  }

  /** An address of the list that it prints. */
  address(name: string): string {
    return new RegExp(`${name} +(http://\\S+)`).exec(this.output)?.[1] ?? ''
  }

  async call(name: string, event: object): Promise<unknown> {
    const response = await fetch(`${this.address('functions')}/${name}`, {
      method: 'POST',
      headers: { 'x-wx-openid': ALICE },
      body: JSON.stringify(event),
    })
    return response.json()
  }

  async end(): Promise<void> {
    this.child.kill('SIGTERM')
    if (this.child.exitCode === null) await once(this.child, 'exit')
  }
}

test('dev hosts all functions of the app, previews it, keeps data, and deploys after a change', async () => {
  const settings = app.read('project.config.json')
  const unchecked = settings.replace('"es6": true', '"es6": true, "urlCheck": false')
  writeFileSync(app.path('project.config.json'), unchecked)
  const dev = new Dev('--ports', '0', '--data', '.local-cloud/data', '--collection', 'files')
  try {
    await dev.printed('watching')
    expect(await dev.call('greet', { name: 'Ming' })).toEqual({ text: '你好，Ming', openid: ALICE })
    expect(await dev.call('cos-credentials', {})).toMatchObject({ prefix: `private/${ALICE}/` })
    const shell = await (await fetch(dev.address('open'))).text()
    const [, phone = ''] = /"url":"([^"]+)"/.exec(shell) ?? []
    expect(await (await fetch(phone)).text()).toContain('"urlCheck":false')
    expect(existsSync(app.path('.local-cloud/data'))).toBe(true)

    // It counts the documents of a collection, which must exist.
    const changed = `const cloud = require(${JSON.stringify(require.resolve('wx-server-sdk'))})
      cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV })
      exports.main = () => cloud.database().collection('files').count()`
    writeFileSync(app.path('cloud/functions/greet/index.js'), changed)
    await dev.printed('✓ functions deployed again')
    expect(await dev.call('greet', {})).toMatchObject({ total: 0 })

    const config = app.read('cos.config.js')
    dev.output = dev.output.replaceAll('✓', '')
    writeFileSync(
      app.path('cos.config.js'),
      config.replace("'private/{openid}/**'", "'own/{openid}/**'"),
    )
    await dev.printed('✓ functions deployed again')
    expect(await dev.call('cos-credentials', {})).toMatchObject({ prefix: `own/${ALICE}/` })

    writeFileSync(app.path('cos.config.js'), config.replace('access:', 'acces:'))
    await dev.printed('✗')
    expect(dev.output).toContain('unknown field "acces"')
    expect(await dev.call('cos-credentials', {})).toMatchObject({ prefix: `own/${ALICE}/` })
    writeFileSync(app.path('cos.config.js'), config)
  } finally {
    await dev.end()
  }
})

test('DevTools uploads to the local cloud with the call that dev prints', async () => {
  const dev = new Dev('--ports', '0')
  const folder = mkdtempSync(join(tmpdir(), 'devtools-'))
  try {
    // The last of what it prints.
    await dev.printed('"Protocol":"http:"})')
    const [, printed = ''] = /COS\.http\((\{.*\})\)/.exec(dev.output) ?? []
    const [url, cos] = [dev.address('functions'), dev.address('COS')]
    expect(JSON.parse(printed)).toMatchObject({ url, Domain: new URL(cos).host, Protocol: 'http:' })
    // The guide's code has the default ports.
    const servers: Record<string, string> = { '127.0.0.1:9000': cos, '127.0.0.1:9002': url }
    const { wx, chooseFile } = createSimulator({
      folder,
      route: (host) => servers[host],
      urlCheck: false,
    })
    const client = loadModule<{ COS: unknown }>(CLIENT_FILE, { wx })
    const modules = { 'miniprogram-cos': client }
    const snippet = runSnippet('devToolsClient.js', { wx, modules })
    const { prefix } = await snippet.cos.caller()
    expect(prefix).toBe('private/oAlice-example-000000000001/')
    const FilePath = chooseFile(app.path('project.config.json'))
    await snippet.cos.uploadFile({ Key: `${prefix}a.json`, FilePath })
    const { Body } = await snippet.cos.getObject({ Key: `${prefix}a.json` })
    expect(Body).toBe(app.read('project.config.json'))
    // The refusal names the rule and its line.
    const refusal = await snippet.cos.getObject({ Key: 'private/other/a' }).catch((e: Untyped) => e)
    expect(refusal.error.Decision).toMatch(
      /access\["private\/\{openid\}\/\*\*"\], cos\.config\.js:\d+ covers the path/,
    )
  } finally {
    await dev.end()
    rmSync(folder, { recursive: true, force: true })
  }
})

test('dev --once uploads files with the functions of the app', async () => {
  const { status, stdout } = await app.runBuilt(
    'dev',
    '--once',
    '--ports',
    '0',
    'project.config.json',
  )
  expect(stdout).toContain('project.config.json')
  expect(stdout).not.toContain('✗')
  expect(status).toBe(0)
})

test.each([['quota'], ['maxSize']])(
  'where a rule has a %s, build names the client that it needs, and dev --once uploads with it',
  async (limit) => {
    const config = app.read('cos.config.js')
    const limited = config.replace("'list'] },", `'list'], ${limit}: '8 MB' },`)
    writeFileSync(app.path('cos.config.js'), limited)
    writeFileSync(app.path('large.bin'), Buffer.alloc(2_000_000))
    try {
      const note =
        '! access["private/{openid}/**"]: uploads need COS.cloud({ mode: \'signature\' })'
      const built = await app.run('build')
      expect(built.stdout.includes(note)).toBe(limit === 'quota')
      const files = ['project.config.json', 'large.bin']
      const { status, stdout } = await app.runBuilt('dev', '--once', '--ports', '0', ...files)
      expect(stdout).toContain('✓ delete among others')
      expect(stdout).toContain('large.bin  1.9 MB in one request')
      expect([status, stdout.includes('✗')]).toEqual([0, false])
    } finally {
      writeFileSync(app.path('cos.config.js'), config)
    }
  },
)

test('a port that is taken is named in one line', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const { status, stderr } = await app.runBuilt('dev', '--ports', String(port))
  expect(stderr).toMatch(
    `dev: port ${port} (COS) is in use: end the program that uses it, or pass --ports `,
  )
  expect([status, stderr.trim().split('\n').length]).toEqual([2, 1])
  server.close()
})
