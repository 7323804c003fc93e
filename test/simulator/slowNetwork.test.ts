import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { createSimulator, VirtualClock, type WireOptions } from '@miniprogram-cos/simulator'
import { listenLocally, stopServer } from '../support/localServer'
import { useFolder } from '../support/projectFiles'

let server: Server
let origin: string
const folder = useFolder()
let arrived = 0

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      arrived++
      response.end(request.url === '/' ? 'ok' : Buffer.alloc(Number(request.url?.slice(1))))
    })
  })
  origin = await listenLocally(server)
})
afterAll(() => {
  stopServer(server)
})
beforeEach(() => {
  arrived = 0
})

/** 10 bytes a millisecond, 100 ms there and back. */
const WIRE = { roundTrip: 100, up: 80_000 }
const HOSTS = ['https://a.com']

function phone(wire: WireOptions, clock = new VirtualClock(0)) {
  const domains = { request: HOSTS, uploadFile: HOSTS, downloadFile: HOSTS }
  const { wx } = createSimulator({ folder, route: () => origin, domains, wire, clock })
  /** Sends so many bytes; when it ended, and how. */
  const put = (bytes: number, more: object = {}, use?: (task: { abort(): void }) => void) =>
    new Promise<[at: number, how: string]>((resolve) => {
      const task = wx.request({
        url: 'https://a.com/',
        method: 'PUT',
        data: new ArrayBuffer(bytes),
        ...more,
        success: () => resolve([Math.round(clock.now()), 'ok']),
        fail: ({ errMsg }) => resolve([Math.round(clock.now()), errMsg]),
      })
      use?.(task)
    })
  /** Asks for so many bytes. */
  const get = (bytes: number, method = 'GET') =>
    put(0, { url: `https://a.com/${bytes}`, method, data: undefined })
  return { wx, clock, put, get }
}

test('a request takes its round trip and the time to send its bytes', async () => {
  const { put } = phone(WIRE)
  expect(await put(1000)).toEqual([200, 'ok'])
  expect(await put(0)).toEqual([300, 'ok'])
})

test('requests share the bandwidth evenly, also after one has ended', async () => {
  const { put } = phone(WIRE)
  // Both at 5 bytes a ms until the first is out after 200 ms; then 10.
  expect(await Promise.all([put(1000), put(2000)])).toEqual([
    [300, 'ok'],
    [400, 'ok'],
  ])
})

test('the bandwidth of one connection can be limited', async () => {
  const { put } = phone({ ...WIRE, perConnection: 32_000 })
  expect(await Promise.all([put(1000), put(1000)])).toEqual([
    [350, 'ok'],
    [350, 'ok'],
  ])
  expect((await Promise.all([put(1000), put(1000), put(1000)]))[0]).toEqual([750, 'ok'])
})

test('an aborted request leaves its bandwidth to the others', async () => {
  const { put, clock } = phone(WIRE)
  const given = put(1000, {}, (task) => clock.schedule(150, () => task.abort()))
  // 50 ms until the first byte, 100 ms at half speed, 50 ms alone, and 50 ms back.
  expect(await Promise.all([given, put(1000)])).toEqual([
    [150, 'request:fail abort'],
    [250, 'ok'],
  ])
  expect(arrived).toBe(1)
})

test('a response takes the time of its bytes if the download bandwidth is limited', async () => {
  const { get } = phone({ ...WIRE, down: 160_000 })
  expect(await get(2000)).toEqual([200, 'ok'])
  expect(await Promise.all([get(1000), get(1000)])).toEqual([
    [400, 'ok'],
    [400, 'ok'],
  ])
  expect(await get(2000, 'HEAD')).toEqual([500, 'ok'])
  const { get: unpaced } = phone({ ...WIRE, perConnection: 8 })
  expect(await unpaced(2000)).toEqual([100, 'ok'])
})

test('transfers end on a fast connection at present-day timestamps', async () => {
  const { put, get } = phone({ ...WIRE, up: 1e9, down: 1e9 }, new VirtualClock(1_800_000_000_000))
  for (const bytes of [1, 300, 5000, 12_345]) {
    expect((await put(bytes))[1]).toBe('ok')
    expect((await get(bytes))[1]).toBe('ok')
  }
})

test('failRateDown resets a share of the responses after the request has arrived', async () => {
  const { get } = phone({ ...WIRE, down: 160_000, failRateDown: 0.1 })
  const ends: string[] = []
  for (let i = 0; i < 100; i++) ends.push((await get(100))[1])
  const broken = ends.filter((end) => end !== 'ok')
  expect(arrived).toBe(100)
  expect(broken.length).toBeGreaterThan(2)
  expect(broken.length).toBeLessThan(25)
  expect(new Set(broken)).toEqual(new Set(['request:fail errcode:-101 net::ERR_CONNECTION_RESET']))
})

test('timeouts follow the clock of the phone', async () => {
  const { put } = phone(WIRE)
  expect(await put(1000, { timeout: 120 })).toEqual([120, 'request:fail timeout'])
  expect(arrived).toBe(0)
})

test('a form upload uses the bandwidth like a request', async () => {
  const { wx, clock } = phone(WIRE)
  const filePath = `${wx.env.USER_DATA_PATH}/f`
  writeFileSync(join(folder, 'usr/f'), Buffer.alloc(10_000))
  await new Promise((resolve, reject) => {
    wx.uploadFile({ url: 'https://a.com/', name: 'file', filePath, success: resolve, fail: reject })
  })
  // 10,000 bytes, and the form around them.
  expect(clock.now()).toBeGreaterThan(1100)
  expect(clock.now()).toBeLessThan(1200)
})

test('failRate resets a reproducible share of the requests', async () => {
  const run = async (seed: number) => {
    const { put } = phone({ ...WIRE, failRate: 0.1, seed })
    arrived = 0
    const ends: string[] = []
    for (let i = 0; i < 200; i++) ends.push((await put(100))[1])
    expect(arrived).toBe(ends.filter((end) => end === 'ok').length)
    return ends
  }
  const ends = await run(1)
  expect(await run(1)).toEqual(ends)
  expect(await run(2)).not.toEqual(ends)
  expect(200 - arrived).toBeGreaterThan(8)
  expect(200 - arrived).toBeLessThan(35)
})

test('an app’s timers and dates follow the virtual clock', async () => {
  const clock = new VirtualClock(1_800_000_000_000)
  const {
    setTimeout,
    setInterval,
    clearTimeout,
    clearInterval,
    Date: Dated,
  } = clock.globals(-3000) as typeof globalThis
  const seen: string[] = []
  const started = Date.now()
  await new Promise<void>((resolve) => {
    const called = setTimeout(() => seen.push('never'), 10)
    clearTimeout(called)
    const ticking = setInterval(() => {
      seen.push(`tick ${Dated.now() % 100_000}`)
      if (seen.length === 3) clearInterval(ticking)
    }, 20_000)
    setTimeout(resolve, 3600_000)
  })
  expect(seen).toEqual(['tick 17000', 'tick 37000', 'tick 57000'])
  expect(new Dated().getTime()).toBe(1_800_003_597_000)
  expect(new Dated(5).getTime()).toBe(5)
  expect(Date.now() - started).toBeLessThan(60_000)
})

test('without a virtual clock the bandwidth is limited in real time', async () => {
  const { wx } = createSimulator({
    folder,
    route: () => origin,
    domains: { request: HOSTS, uploadFile: [], downloadFile: [] },
    wire: { roundTrip: 40, up: 80_000 },
  })
  const started = performance.now()
  await new Promise((success) => {
    wx.request({ url: 'https://a.com/', method: 'PUT', data: new ArrayBuffer(600), success })
  })
  expect(performance.now() - started).toBeGreaterThanOrEqual(98)
})
