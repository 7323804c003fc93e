import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packPackages } from '../support/localRegistry'
import { at } from '../support/root'

let folder: string
let tarballs: Record<string, string>

const npmInstall = (cwd: string, ...packages: string[]) => {
  writeFileSync(join(cwd, 'package.json'), '{ "private": true }')
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', ...packages]
  execFileSync('npm', args, { cwd, stdio: 'pipe' })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'conformance-'))
  tarballs = await packPackages(folder)
}, 300_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('Tencent’s functions-framework', () => {
  let framework: ChildProcess
  let url: string

  beforeAll(async () => {
    const cwd = mkdtempSync(join(folder, 'framework-'))
    npmInstall(cwd, '@cloudbase/functions-framework@1.18.0')
    const port = await freePort()
    url = `http://127.0.0.1:${port}/`
    const source = at('dist/cloudfunctions/cos-credentials/index.js')
    framework = spawn(
      join(cwd, 'node_modules/.bin/tcb-ff'),
      ['--port', String(port), '--source', source, '--target', 'main'],
      {
        cwd,
        stdio: 'ignore',
        env: { ...process.env, COS_STS_SECRET_ID: 'AKID', COS_STS_SECRET_KEY: 'key' },
      },
    )
    for (let i = 0; i < 100; i++) {
      if (await fetch(url).catch(() => undefined)) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error('functions-framework did not start')
  }, 300_000)
  afterAll(() => framework.kill())

  const OPENID = 'oAlice0123456789abcdefghijkl'
  const context = Buffer.from(JSON.stringify({ OPENID, WX_OPENID: OPENID })).toString('base64')

  test.each<[string, Record<string, string>]>([
    ['no header', {}],
    ['x-wx-openid', { 'x-wx-openid': OPENID }],
    [
      'the headers of a call from WeChat',
      {
        'x-wx-openid': OPENID,
        'x-wx-appid': 'wx0123456789abcdef',
        'x-wx-source': 'wx_client',
      },
    ],
    ['x-cloudbase-context', { 'x-cloudbase-context': context }],
    ['x-wx-env and x-wx-unionid', { 'x-wx-env': 'env', 'x-wx-unionid': OPENID }],
  ])('a built function refuses a call with %s', async (_, headers) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ OPENID, userInfo: { openId: OPENID } }),
    })
    expect(await response.json()).toMatchObject({ error: { code: 'KitNoIdentity' } })
  })
})

/** What every package must do in each supported Node: a user uploads a file and reads it back. */
const UPLOAD = `
const { writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { startLocalCloud } = require('@miniprogram-cos/local-cloud')
const { createSimulator } = require('@miniprogram-cos/simulator')
const COS = require('miniprogram-cos')
const openid = 'oAlice0123456789abcdefghijkl'
async function main() {
  const file = join(__dirname, 'function.js')
  const cloud = await startLocalCloud({ functions: [{ name: 'cos-credentials', file }] })
  const phone = createSimulator({ folder: __dirname, openid, functions: cloud.functions, route: () => cloud.cos, urlCheck: false })
  globalThis.wx = phone.wx
  phone.wx.cloud.init()
  const photo = join(__dirname, 'photo.jpg')
  writeFileSync(photo, 'x'.repeat(3000000))
  const cos = COS.cloud()
  const { prefix } = await cos.caller()
  await cos.uploadFile({ Key: prefix + 'photo.jpg', FilePath: phone.chooseFile(photo) })
  const { Body } = await cos.getObject({ Key: prefix + 'photo.jpg' })
  console.log(process.version.split('.')[0], Body.length)
  await cloud.close()
  process.exit(0)
}
main().catch((error) => { console.error(error); process.exit(1) })
`

describe.each(['20', '22', '24'])('Node %s', (major) => {
  test('runs the packed packages: a user uploads a file in parts and reads it back', () => {
    const cwd = mkdtempSync(join(folder, `node-${major}-`))
    const own = Object.entries(tarballs).filter(([name]) => !/cli$|^create-/.test(name))
    const engine = `node-${process.platform}-${process.arch}`
    npmInstall(cwd, ...own.map(([, file]) => file), `${engine}@${major}`)
    writeFileSync(join(cwd, 'upload.js'), UPLOAD)
    writeFileSync(
      join(cwd, 'function.js'),
      `module.exports = require(${JSON.stringify(at('dist/cloudfunctions/cos-credentials/index.js'))})`,
    )
    const node = join(cwd, 'node_modules', engine, 'bin/node')
    const output = execFileSync(node, ['upload.js'], { cwd, encoding: 'utf8' })
    expect(output).toContain(`v${major} 3000000`)
  }, 300_000)
})
