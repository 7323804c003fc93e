import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { getQuickJS } from 'quickjs-emscripten'

// Runs the built client in QuickJS against a local cloud, and prints what the calls of an app found.
// A process of its own, because Jest cannot load the engine, which is an ES module.
const [, , folder, cos, functions, openid] = process.argv

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

const vm = (await getQuickJS()).newContext()

/** Offers a function of the host to the code in QuickJS; all arguments are strings or numbers. */
function offer(name, call) {
  const handle = vm.newFunction(name, (...handles) => {
    const text = call(...handles.map((one) => vm.dump(one)))
    return typeof text === 'string' ? vm.newString(text) : vm.undefined
  })
  vm.setProp(vm.global, name, handle)
  handle.dispose()
}

function evaluate(code) {
  vm.unwrapResult(vm.evalCode(code)).dispose()
  vm.runtime.executePendingJobs()
}

const resume = (id, text) => evaluate(`resume(${id}, ${JSON.stringify(text)})`)

/** One request of `wx.request`, led to the local COS under its production name. */
function send(id, text) {
  const { url, method, header, data } = JSON.parse(text)
  const { host, pathname, search } = new URL(url)
  const { hostname, port } = new URL(cos)
  const headers = { ...header, Host: host }
  const outgoing = request({ hostname, port, method, path: pathname + search, headers })
  outgoing.on('response', async (incoming) => {
    const chunks = []
    for await (const chunk of incoming) chunks.push(chunk)
    const { statusCode, headers: received } = incoming
    const body = Buffer.concat(chunks).toString()
    resume(id, JSON.stringify({ statusCode, header: received, data: body }))
  })
  outgoing.on('error', ({ message }) => resume(id, JSON.stringify({ error: message })))
  outgoing.end(data)
}

async function callFunction(id, name, body) {
  const headers = { 'x-wx-openid': openid, 'Content-Type': 'application/json' }
  const response = await fetch(`${functions}/${name}`, { method: 'POST', headers, body })
  resume(id, await response.text())
}

offer('readModule', (name) => readFileSync(join(folder, name), 'utf8'))
offer('startTimer', (id, ms) => {
  setTimeout(() => resume(id, ''), ms).unref()
})
offer('send', send)
offer('callFunction', (...args) => {
  callFunction(...args).catch(({ message }) => {
    console.error(message)
    process.exit(1)
  })
})
offer('done', (text) => {
  console.log(text)
  process.exit(0)
})
evaluate(WORLD)
evaluate(APP)
