import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { createSimulator, loadModule, type SimulatorOptions } from '@miniprogram-cos/simulator'
import { listenLocally, stopServer } from '../support/localServer'
import { useFolder } from '../support/projectFiles'

let server: Server
let origin: string
const folder = useFolder()
let running = 0
let peak = 0

beforeAll(async () => {
  server = createServer((request, response) => {
    running++
    peak = Math.max(peak, running)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const answer = () => {
        running--
        response.setHeader('X-Seen', 'Yes')
        response.end(
          JSON.stringify({
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        )
      }
      const deadline = Date.now() + 3000
      const answerAfterTen = () => {
        if (peak < 10 && Date.now() < deadline) setTimeout(answerAfterTen, 5)
        else setTimeout(answer, 10)
      }
      if (request.url === '/ten') answerAfterTen()
      else setTimeout(answer, request.url === '/slow' ? 300 : 10)
    })
  })
  origin = await listenLocally(server)
})
afterAll(() => {
  stopServer(server)
})

const DOMAINS = {
  request: ['https://a.com'],
  uploadFile: ['https://a.com'],
  downloadFile: ['https://a.com'],
}
const phone = (options: Partial<SimulatorOptions> = {}) =>
  createSimulator({ folder, route: () => origin, domains: DOMAINS, ...options })

type Wx = ReturnType<typeof phone>['wx']
type Method = 'request' | 'uploadFile' | 'downloadFile'

/** A call's result, or its failure. */
function call(wx: Wx, method: Method, options: object, use?: (task: { abort(): void }) => void) {
  return new Promise<Record<string, unknown>>((resolve) => {
    const task = (wx[method] as (given: object) => { abort(): void })({
      ...options,
      success: resolve,
      fail: resolve,
    })
    use?.(task)
  })
}

test('routes a request by its host, and keeps the Host header', async () => {
  const { wx } = phone()
  const { data, statusCode, header } = await call(wx, 'request', { url: 'https://a.com/x' })
  expect(statusCode).toBe(200)
  expect((header as Record<string, string>)['X-Seen']).toBe('Yes')
  expect(data).toMatchObject({
    method: 'GET',
    headers: {
      host: 'a.com',
      'content-type': 'application/json',
      referer: 'https://servicewechat.com/wx0000000000000000/devtools/page-frame.html',
    },
  })
})

test('escapes characters that a URL must not contain, and nothing else', async () => {
  const { wx } = phone()
  const { data } = await call(wx, 'request', { url: 'https://a.com/图 片/%2F(1)?a=%20&b=中#c' })
  expect(data).toMatchObject({ url: '/%E5%9B%BE%20%E7%89%87/%2F(1)?a=%20&b=%E4%B8%AD' })
})

test.each<[Method, string]>([
  ['request', 'https://b.com/'],
  ['request', 'http://a.com/'],
  ['request', 'https://sub.a.com/'],
  ['request', 'https://a.com:8443/'],
  ['uploadFile', 'https://b.com/'],
  ['downloadFile', 'https://b.com/'],
])('%s refuses %s, which is not in its domain list', async (method, url) => {
  const { wx } = phone()
  const { errMsg, errno } = await call(wx, method, { url, filePath: '/x', name: 'file' })
  expect(errMsg).toBe(`${method}:fail url not in domain list:${new URL(url).host}`)
  expect(errno).toBe(600002)
})

test('does not check domains when urlCheck is off', async () => {
  const { wx } = phone({ urlCheck: false })
  expect((await call(wx, 'request', { url: 'http://other.com/' })).statusCode).toBe(200)
})

test('runs ten requests at a time, and queues the rest', async () => {
  const { wx, peakRequests } = phone()
  peak = 0
  await Promise.all(
    Array.from({ length: 30 }, () => call(wx, 'request', { url: 'https://a.com/ten' })),
  )
  expect(peak).toBe(10)
  expect(peakRequests()).toBe(30)
})

test('fails a request on timeout and on abort', async () => {
  const { wx } = phone()
  const url = 'https://a.com/slow'
  expect((await call(wx, 'request', { url, timeout: 50 })).errMsg).toBe('request:fail timeout')
  const aborted = await call(wx, 'request', { url }, (task) => setTimeout(() => task.abort(), 20))
  expect(aborted.errMsg).toBe('request:fail abort')
  const atOnce = await call(wx, 'request', { url }, (task) => task.abort())
  expect(atOnce.errMsg).toBe('request:fail abort')
})

test('interrupts requests in the background after the grace period, until the app is shown', async () => {
  const { wx, hide, show } = phone({ backgroundGraceMs: 50 })
  const slow = call(wx, 'request', { url: 'https://a.com/slow' })
  hide()
  expect((await slow).errMsg).toBe('request:fail interrupted')
  expect((await call(wx, 'request', { url: 'https://a.com/' })).errMsg).toBe(
    'request:fail interrupted',
  )
  show()
  expect((await call(wx, 'request', { url: 'https://a.com/' })).statusCode).toBe(200)
})

test('fails running tasks when the network changes, and notifies the app', async () => {
  const { wx, setNetworkType } = phone()
  const seen: object[] = []
  wx.onNetworkStatusChange(((status: object) => seen.push(status)) as never)
  const slow = call(wx, 'request', { url: 'https://a.com/slow' })
  await new Promise((resolve) => setTimeout(resolve, 30))
  setNetworkType('4g')
  expect((await slow).errMsg).toContain('cancel all task')
  expect(seen).toEqual([{ isConnected: true, networkType: '4g' }])
})

test('refuses PATCH', async () => {
  const { wx } = phone()
  expect((await call(wx, 'request', { url: 'https://a.com/', method: 'PATCH' })).errMsg).toBe(
    'request:fail method is invalid',
  )
})

test('uploads a file as a form, with progress, and reports headers only by event', async () => {
  const { wx } = phone()
  const filePath = join(folder, 'up.txt')
  writeFileSync(filePath, 'x'.repeat(200_000))
  const progress: number[] = []
  let headers: Record<string, string> = {}
  const result = await call(
    wx,
    'uploadFile',
    { url: 'https://a.com/', filePath, name: 'file', formData: { key: '中' }, header: { a: 'b' } },
    (task) => {
      const upload = task as ReturnType<Wx['uploadFile']>
      upload.onProgressUpdate(({ totalBytesSent }) => progress.push(totalBytesSent))
      upload.onHeadersReceived(({ header }) => {
        headers = header
      })
    },
  )
  const { method, body } = JSON.parse(String(result.data))
  expect(method).toBe('POST')
  expect(body).toMatch(/name="key"\r\n\r\n中\r\n.*name="file"; filename="up\.txt"/s)
  expect(result.header).toBeUndefined()
  expect(headers['X-Seen']).toBe('Yes')
  expect(progress.length).toBeGreaterThan(1)
  expect(progress.at(-1)).toBeGreaterThan(200_000)
})

describe('files', () => {
  const fs = () => phone().wx.getFileSystemManager()
  const run = (method: string, options: object) =>
    new Promise<Record<string, never>>((resolve) => {
      ;(fs() as unknown as Record<string, (given: object) => void>)[method]?.({
        ...options,
        success: resolve,
        fail: resolve,
      })
    })

  test('reads ranges, and refuses invalid ones', async () => {
    const filePath = join(folder, 'range.txt')
    writeFileSync(filePath, '0123456789')
    const text = async (position: number, length: number) =>
      (await run('readFile', { filePath, position, length, encoding: 'utf8' })).data
    expect(await text(2, 3)).toBe('234')
    expect(await text(8, 10)).toBe('89')
    const failure = async (position: number, length: number) =>
      (await run('readFile', { filePath, position, length })).errMsg
    expect(await failure(10, 1)).toContain('invalid position')
    expect(await failure(0, 0)).toContain('invalid length')
    const empty = join(folder, 'empty')
    writeFileSync(empty, '')
    expect((await run('readFile', { filePath: empty, position: 0, length: 1 })).errMsg).toContain(
      'invalid position',
    )
  })

  test('reports size and digest, and fails with WeChat’s messages', async () => {
    const filePath = join(folder, 'digest')
    writeFileSync(filePath, 'abc')
    expect(await run('getFileInfo', { filePath })).toMatchObject({
      size: 3,
      digest: '900150983cd24fb0d6963f7d28e17f72',
    })
    expect((await run('stat', { path: '/nothing' })).errMsg).toContain(
      'stat:fail no such file or directory',
    )
  })

  test('confines the app to its own folders', async () => {
    const data = 'x'
    const filePath = 'wxfile://usr/../../escape.txt'
    await run('writeFile', { filePath, data })
    expect(phone().realPath(filePath)).toBe(join(folder, 'usr/escape.txt'))
  })
})

test('keeps storage across restarts, within WeChat’s limits', () => {
  phone().wx.setStorageSync('a', { b: 1 })
  expect(phone().wx.getStorageSync('a')).toEqual({ b: 1 })
  expect(phone().wx.getStorageSync('nothing')).toBe('')
  expect(() => phone().wx.setStorageSync('big', 'x'.repeat(1024 * 1024))).toThrow('size limit')
})

test('cloud functions need init first', async () => {
  const failure = await phone()
    .wx.cloud.callFunction({ name: 'f' })
    ?.catch((error: { errMsg: string }) => error)
  expect((failure as { errMsg: string }).errMsg).toContain('please call wx.cloud.init first')
})

test('loads a module without Node or browser globals, and without eval', () => {
  const file = join(folder, 'module.js')
  writeFileSync(
    file,
    `module.exports = {
       found: [typeof process, typeof Buffer, typeof fetch, typeof URL, typeof TextEncoder, typeof window],
       wx: typeof wx, evaluates() { return eval('1') },
     }`,
  )
  const loaded = loadModule<{ found: string[]; wx: string; evaluates: () => void }>(file, {
    wx: {},
  })
  expect([...loaded.found]).toEqual(Array(6).fill('undefined'))
  expect(loaded.wx).toBe('object')
  expect(() => loaded.evaluates()).toThrow('Code generation from strings disallowed')
})

test.each([
  ['mac', /^wxfile:\/\/temp\/Photo 1\.JPG$/, false],
  ['ios', /^wxfile:\/\/tmp_[0-9a-f]+\.jpg$/, true],
  ['android', /^wxfile:\/\/tmp_[0-9a-f]+\.jpg$/, true],
] as const)('names temporary files as WeChat for %s does', (platform, pattern, isUnique) => {
  const { chooseFile, realPath, wx } = phone({ platform })
  const source = join(folder, 'Photo 1.JPG')
  writeFileSync(source, 'first')
  const first = chooseFile(source)
  expect(first).toMatch(pattern)
  writeFileSync(source, 'second')
  const second = chooseFile(source)
  expect(second !== first).toBe(isUnique)
  expect(readFileSync(realPath(first), 'utf8')).toBe(isUnique ? 'first' : 'second')
  expect(wx.getDeviceInfo().platform).toBe(platform)
})

test('canIUse knows which calls exist', () => {
  const { wx } = phone()
  expect(['uploadFile', 'request.object.url', 'nothing'].map(wx.canIUse)).toEqual([
    true,
    true,
    false,
  ])
})

test('calls that need a decoder fail with their name, or are missing if the client of WeChat lacks them', async () => {
  const failure = { errMsg: 'compressImage:fail not supported by the simulator' }
  await expect(Reflect.get(phone().wx, 'compressImage')({ src: '/x' })).rejects.toEqual(failure)
  expect(phone().wx.canIUse('compressImage')).toBe(false)
  expect('compressImage' in phone({ platform: 'windows' }).wx).toBe(false)
})
