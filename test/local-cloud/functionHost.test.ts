import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeployedFunction, FunctionLogEntry } from '@miniprogram-cos/local-cloud'
import { startTestCloud, type TestCloud, useTestCloud } from '../support/testCloud'
import { until } from '../support/until'

describe('calls', () => {
  let cloud: TestCloud
  let folder: string
  const log: FunctionLogEntry[] = []

  /** Writes a function's file. */
  function source(name: string, code: string, timeoutMs?: number): DeployedFunction {
    const file = join(folder, `${name}.js`)
    writeFileSync(file, code)
    return { name, file, ...(timeoutMs ? { timeoutMs } : {}) }
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'functions-'))
    cloud = await startTestCloud({
      onFunctionCall: (entry) => log.push(entry),
      functions: [
        source(
          'identity',
          `let calls = 0
         exports.main = async (event, context) => ({
           calls: ++calls, event, openid: process.env.WX_OPENID, keys: process.env.WX_CONTEXT_KEYS,
           own: JSON.parse(context.environment).WX_OPENID, environ: context.environ, host: process.env.HOME,
         })`,
        ),
        source('slow', 'exports.main = () => new Promise(() => {})', 150),
        source('broken', `exports.main = () => { throw new Error('it broke') }`),
        source('spinning', 'exports.main = () => { for (;;) {} }', 500),
        source(
          'late',
          `const { appendFileSync } = require('node:fs')
         let calls = 0
         process.on('exit', () => appendFileSync(${JSON.stringify(join(folder, 'ended'))}, 'x'))
         exports.main = async () => { setTimeout(() => { throw new Error('late') }, 30); return { calls: ++calls } }`,
        ),
        source('leaving', 'exports.main = () => process.exit(3)'),
      ],
    })
  })
  afterAll(async () => {
    await cloud.end()
    rmSync(folder, { recursive: true, force: true })
  })

  interface Seen {
    calls: number
    openid?: string
    own?: string
    event: Record<string, unknown>
    host?: string
  }

  async function call(name: string, headers: Record<string, string> = {}, body: string = '{}') {
    const response = await fetch(`${cloud.functions}/${name}`, { method: 'POST', headers, body })
    return {
      status: response.status,
      answer: (await response.json()) as Seen & { errCode?: number; errMsg?: string },
    }
  }

  test('passes the event and the caller, in the environment and in the context', async () => {
    const { answer } = await call(
      'identity',
      { 'x-wx-openid': 'oAlice', 'x-wx-appid': 'wx1' },
      '{"a":1}',
    )
    expect(answer).toMatchObject({ openid: 'oAlice', own: 'oAlice' })
    expect(answer.event).toEqual({ a: 1, userInfo: { openId: 'oAlice', appId: 'wx1' } })
    expect(answer.host).toBeUndefined()
  })

  test('replaces userInfo of the event, and removes it when there is no user', async () => {
    const forged = '{"userInfo":{"openId":"oMallory"}}'
    const user = await call('identity', { 'x-wx-openid': 'oAlice' }, forged)
    expect(user.answer.event.userInfo).toEqual({ openId: 'oAlice', appId: '' })
    const nobody = await call('identity', {}, forged)
    expect(nobody.answer.event).toEqual({})
  })

  test('reuses instances and, as the platform does, keeps the last caller in the environment', async () => {
    await call('identity', { 'x-wx-openid': 'oAlice' })
    const { answer } = await call('identity', { 'x-wx-source': 'wx_trigger' })
    expect(answer.calls).toBeGreaterThan(1)
    expect(answer.openid).toBe('oAlice')
    expect(answer.own).toBeUndefined()
    expect(log.map(({ coldStart }) => coldStart)).toContain(false)
  })

  test('terminates a call that exceeds its timeout, and starts a new instance', async () => {
    const { status, answer } = await call('slow')
    expect([status, answer.errCode]).toEqual([500, -504003])
    expect((await call('spinning')).answer.errCode).toBe(-504003)
    expect((await call('identity')).status).toBe(200)
  })

  test('an instance that ends after its response affects no other call; the next call starts a new one', async () => {
    const ended = join(folder, 'ended')
    for (const times of [1, 2]) {
      expect((await call('late')).answer.calls).toBe(1)
      await until(
        () => existsSync(ended) && readFileSync(ended).length === times,
        'the instance ends',
      )
      // The host is told when the thread is gone.
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })

  test('reports a function that throws, exits or does not exist, and an invalid event', async () => {
    expect((await call('broken')).answer).toMatchObject({ errCode: -504002, errMsg: 'it broke' })
    expect((await call('leaving')).answer.errCode).toBe(-504002)
    expect(await call('missing')).toMatchObject({ status: 404, answer: { errCode: -501000 } })
    expect((await call('identity', {}, '{')).status).toBe(400)
    expect((await call('identity', {}, JSON.stringify('x'.repeat(110_000)))).status).toBe(400)
  })
})

describe('deployments', () => {
  const cloud = useTestCloud()

  /** Writes a function that answers as given. */
  function write(name: string, answer: string) {
    const file = join(cloud.folder, `${name}.js`)
    writeFileSync(file, `exports.main = () => ${JSON.stringify(answer)}`)
    return { name, file }
  }

  /** Writes a function that logs that it is called, and answers once a file exists. */
  function writeWaiting(name: string, answer: string, signal: string) {
    const file = join(cloud.folder, `${name}.js`)
    writeFileSync(
      file,
      `const { existsSync } = require('node:fs')
    exports.main = async () => {
      console.log('called')
      while (!existsSync(${JSON.stringify(signal)})) await new Promise((resolve) => setTimeout(resolve, 10))
      return ${JSON.stringify(answer)}
    }`,
    )
    return { name, file }
  }

  test('a deployment replaces code, adds and removes functions, and lets running calls finish', async () => {
    const signal = join(cloud.folder, 'go')
    cloud.deployFunctions([writeWaiting('first', 'old', signal)])
    const running = cloud.host.call('first', {}, {})
    await until(() => cloud.functionOutput.join('').includes('called'), 'the function is called')
    cloud.deployFunctions([write('first', 'new'), write('second', 'added')])
    writeFileSync(signal, '')
    await expect(running).resolves.toBe('old')
    await expect(cloud.host.call('first', {}, {})).resolves.toBe('new')
    await expect(cloud.host.call('second', {}, {})).resolves.toBe('added')
    cloud.deployFunctions([write('second', 'left')])
    await expect(cloud.host.call('first', {}, {})).rejects.toMatchObject({ errCode: -501000 })
  })

  test('deployed functions have the key of this cloud in their environment', async () => {
    const file = join(cloud.folder, 'environment.js')
    writeFileSync(file, 'exports.main = () => process.env.COS_STS_SECRET_ID')
    cloud.deployFunctions([{ name: 'environment', file }])
    await expect(cloud.host.call('environment', {}, {})).resolves.toBe(cloud.root.SecretId)
  })
})
