import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { getQuickJS, type QuickJSContext } from 'quickjs-emscripten'
import { CLIENT_FILE } from '../support/phones'
import { ALICE, CREDENTIALS_FUNCTION, startTestCloud, type TestCloud } from '../support/testCloud'

/**
 * What a mini program has, in QuickJS: modules, timers and a `wx` whose network is `send` of the host. QuickJS is an
 * engine without JIT, like that of phones, and not V8.
 */
const WORLD = `
const modules = {}
const loadFile = (name) => {
  if (!(name in modules)) {
    const module = { exports: {} }
    modules[name] = module.exports
    new Function('module', 'exports', 'require', readModule(name))(module, module.exports, loadFile)
    modules[name] = module.exports
  }
  return modules[name]
}
const waiting = new Map()
let lastId = 0
const wait = (then) => { waiting.set(++lastId, then); return lastId }
globalThis.resume = (id, text) => { const then = waiting.get(id); waiting.delete(id); if (then) then(text) }
globalThis.setTimeout = (then, ms) => { const id = wait(() => then()); startTimer(id, ms || 0); return id }
globalThis.clearTimeout = (id) => waiting.delete(id)
globalThis.console = { log() {}, warn() {}, error() {} }
const storage = {}
const nothing = () => {}
globalThis.wx = {
  request({ url, method, header, data, success, fail }) {
    const id = wait((text) => {
      const { error, ...response } = JSON.parse(text)
      if (error) fail({ errMsg: 'request:fail ' + error })
      else success(response)
    })
    send(id, JSON.stringify({ url, method, header, data }))
    return { abort: nothing, onHeadersReceived: nothing }
  },
  cloud: {
    callFunction({ name, data, success, fail }) {
      const id = wait((text) => success({ result: JSON.parse(text), errMsg: 'ok' }))
      callFunction(id, name, JSON.stringify(data || {}))
    },
  },
  getStorageSync: (key) => storage[key] || '',
  setStorageSync: (key, value) => { storage[key] = value },
  removeStorageSync: (key) => { delete storage[key] },
  getSystemInfoSync: () => ({ platform: 'android' }),
  onAppShow: nothing, onAppHide: nothing, onNetworkStatusChange: nothing,
}
`

/** The main calls of an app; what they find is the result. */
const APP = `
async function app() {
  const COS = loadFile('./index.js')
  const cos = COS.cloud({ functionName: 'cos-credentials' })
  const { prefix } = await cos.caller()
  const Key = prefix + '图 & 1.txt'
  const { ETag } = await cos.putObject({ Key, Body: 'content 内容' })
  const { Contents } = await cos.getBucket({ Prefix: prefix })
  const { Body } = await cos.getObject({ Key })
  const url = await cos.getObjectUrl({ Key, Expires: 600 })
  await cos.deleteObject({ Key })
  const error = await cos.headObject({ Key }).catch((reason) => reason)
  const foreign = await cos.putObject({ Key: 'private/oBob/1', Body: 'x' }).catch((reason) => reason)
  return {
    Key, ETag, Body, url,
    listed: Contents.map((object) => object.Key),
    missing: [error instanceof COS.CosError, error.statusCode, typeof error.advice.zh],
    refused: foreign.code,
  }
}
app().then((result) => done(JSON.stringify(result)), (error) => done(JSON.stringify({ error: String(error), stack: error.stack })))
`

let cloud: TestCloud
let vm: QuickJSContext

beforeAll(async () => {
  cloud = await startTestCloud({ functions: [CREDENTIALS_FUNCTION] })
  vm = (await getQuickJS()).newContext()
})
afterAll(async () => {
  vm.dispose()
  await cloud.end()
})

/** Offers a function of the host to the code in QuickJS; all arguments are strings or numbers. */
function offer(name: string, call: (...args: never[]) => string | undefined): void {
  const handle = vm.newFunction(name, (...handles) => {
    const text = call(...(handles.map((one) => vm.dump(one)) as never[]))
    return text === undefined ? vm.undefined : vm.newString(text)
  })
  vm.setProp(vm.global, name, handle)
  handle.dispose()
}

function evaluate(code: string): void {
  vm.unwrapResult(vm.evalCode(code)).dispose()
  vm.runtime.executePendingJobs()
}

const resume = (id: number, text: string) => evaluate(`resume(${id}, ${JSON.stringify(text)})`)

/** One request of `wx.request`, led to the local COS under its production name. */
function send(id: number, text: string): undefined {
  const { url, method, header, data } = JSON.parse(text)
  const { host, pathname, search } = new URL(url)
  const { hostname, port } = new URL(cloud.cos)
  const headers = { ...header, Host: host }
  const outgoing = request({ hostname, port, method, path: pathname + search, headers })
  outgoing.on('response', async (incoming) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const { statusCode, headers: received } = incoming
    const body = Buffer.concat(chunks).toString()
    resume(id, JSON.stringify({ statusCode, header: received, data: body }))
  })
  outgoing.on('error', ({ message }) => resume(id, JSON.stringify({ error: message })))
  outgoing.end(data)
  return undefined
}

test('the built client signs, uploads, lists, reads and deletes in QuickJS', async () => {
  const ended = new Promise<string>((resolve) => {
    offer('done', (text: string) => {
      resolve(text)
      return undefined
    })
  })
  offer('readModule', (name: string) => readFileSync(join(CLIENT_FILE, '..', name), 'utf8'))
  offer('send', send)
  offer('startTimer', (id: number, ms: number) => {
    setTimeout(() => resume(id, ''), ms).unref()
    return undefined
  })
  offer('callFunction', (id: number, name: string, body: string) => {
    const headers = { 'x-wx-openid': ALICE, 'Content-Type': 'application/json' }
    fetch(`${cloud.functions}/${name}`, { method: 'POST', headers, body })
      .then((response) => response.text())
      .then(
        (text) => resume(id, text),
        () => undefined,
      )
    return undefined
  })
  evaluate(WORLD)
  evaluate(APP)
  const result = JSON.parse(await ended)
  const Key = `private/${ALICE}/图 & 1.txt`
  expect(result).toEqual({
    Key,
    ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
    Body: 'content 内容',
    url: expect.stringContaining('q-sign-algorithm=sha1'),
    listed: [Key],
    missing: [true, 404, 'string'],
    refused: 'AccessDenied',
  })
})
