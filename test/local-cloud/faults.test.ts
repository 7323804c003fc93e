import { randomBytes } from 'node:crypto'
import type { FaultRule } from '@miniprogram-cos/local-cloud'
import { errorOf, type Signing, send, signByOfficialSdk } from '../support/cosRequests'
import { MIB } from '../support/fakePhone'

import { createTestPhone } from '../support/phones'
import { ALICE, useTestCloud } from '../support/testCloud'

const cloud = useTestCloud()
afterEach(() => cloud.faults.set({ rules: [] }))

const fail = (...rules: FaultRule[]) => cloud.faults.set({ rules })

function request(signing: Signing, body?: string | Uint8Array, headers = {}) {
  return send(cloud.cos, {
    method: signing.method ?? 'GET',
    path: `/${signing.key ?? ''}`,
    headers: { Authorization: signByOfficialSdk(signing), ...headers },
    ...(body === undefined ? {} : { body }),
  })
}
const put = (key: string, body: string | Uint8Array = 'x', headers = {}) =>
  request({ method: 'PUT', key }, body, headers)
const get = (key: string) => request({ key })

describe('a dropped connection', () => {
  test('before the operation leaves nothing stored', async () => {
    fail({ action: { kind: 'drop', when: 'before' }, operation: 'putObject' })
    await expect(put('before')).rejects.toThrow()
    expect((await get('before')).status).toBe(404)
  })

  test('while the body is read leaves nothing visible', async () => {
    fail({ action: { kind: 'drop', when: 'during' }, operation: 'putObject' })
    await expect(put('during', randomBytes(3 * MIB))).rejects.toThrow()
    expect((await get('during')).status).toBe(404)
  })

  test('after the operation leaves it done without a response', async () => {
    fail({ action: { kind: 'drop', when: 'after' }, operation: 'putObject' })
    await expect(put('after')).rejects.toThrow()
    expect((await get('after')).body).toBe('x')
  })

  test('within a response makes the request of the client fail', async () => {
    await put('truncated', randomBytes(MIB))
    fail({ action: { kind: 'truncate', bytes: 1000 }, operation: 'getObject' })
    await expect(get('truncated')).rejects.toThrow('aborted')
  })
})

test('answers with an error instead of the operation', async () => {
  fail({ action: { kind: 'error', code: 'SlowDown' }, operation: 'putObject' })
  const response = await put('error')
  expect([response.status, errorOf(response).code]).toEqual([503, 'SlowDown'])
})

test('applies to the n-th request of an operation, and at most the given number of times', async () => {
  fail({ action: { kind: 'error', code: 'InternalError' }, operation: 'putObject', nth: 2 })
  expect([await put('n'), await put('n'), await put('n')].map(({ status }) => status)).toEqual([
    200, 500, 200,
  ])
  fail({ action: { kind: 'error', code: 'InternalError' }, times: 2 })
  expect([await put('n'), await get('n'), await put('n')].map(({ status }) => status)).toEqual([
    500, 500, 200,
  ])
})

test('applies to a share of the requests, reproducible by its seed', async () => {
  const run = async (seed: number) => {
    cloud.faults.set({
      seed,
      rules: [{ action: { kind: 'error', code: 'InternalError' }, share: 0.3 }],
    })
    const statuses: number[] = []
    for (let i = 0; i < 40; i++) statuses.push((await get('nothing')).status)
    return statuses
  }
  const [first, again, other] = [await run(7), await run(7), await run(8)]
  expect(again).toEqual(first)
  expect(other).not.toEqual(first)
  const failed = first.filter((status) => status === 500).length
  expect(failed).toBeGreaterThan(4)
  expect(failed).toBeLessThan(22)
})

test('delays responses and shifts the Date header', async () => {
  fail({ action: { kind: 'latency', milliseconds: 120 } })
  const started = Date.now()
  await get('nothing')
  expect(Date.now() - started).toBeGreaterThanOrEqual(115)
  fail({ action: { kind: 'date', seconds: 3600 } })
  const { headers } = await get('nothing')
  expect(Date.parse(headers.date ?? '') - Date.now()).toBeGreaterThan(3_590_000)
})

test.each([
  [false, 'each connection for itself', 250, 1100],
  [true, 'all connections together', 1100, 30_000],
])('bandwidth (shared: %s) slows %s down', async (shared, _, least, most) => {
  fail({ action: { kind: 'bandwidth', bytesPerSecond: 200_000, shared }, operation: 'putObject' })
  const started = Date.now()
  const bodies = Array.from({ length: 4 }, () => randomBytes(60_000))
  const answers = await Promise.all(bodies.map((body, i) => put(`paced${i}`, body)))
  const milliseconds = Date.now() - started
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect(milliseconds).toBeGreaterThan(least)
  expect(milliseconds).toBeLessThan(most)
})

test('x-cos-traffic-limit limits the bandwidth and is validated', async () => {
  const started = Date.now()
  expect(
    (await put('limited', randomBytes(51_200), { 'x-cos-traffic-limit': '819200' })).status,
  ).toBe(200)
  // 50 KiB at 100 KiB/s.
  expect(Date.now() - started).toBeGreaterThan(400)
  for (const limit of ['819199', '838860801', 'x']) {
    const response = await put('limited', 'x', { 'x-cos-traffic-limit': limit })
    expect([response.status, errorOf(response).code]).toEqual([400, 'InvalidArgument'])
  }
})

test('the client uploads a 5 MiB file despite drops, 5xx and lost responses', async () => {
  const { cos, simulator } = createTestPhone(cloud, ALICE)
  const { prefix } = await cos.caller()
  const bytes = randomBytes(5 * MIB)
  const FilePath = `${simulator.wx.env.USER_DATA_PATH}/file`
  const { writeFileSync } = await import('node:fs')
  writeFileSync(simulator.realPath(FilePath), bytes)
  fail(
    { action: { kind: 'error', code: 'ServiceUnavailable' }, operation: 'multipartInit', nth: 1 },
    { action: { kind: 'drop', when: 'before' }, operation: 'multipartUpload', nth: 2 },
    { action: { kind: 'drop', when: 'after' }, operation: 'multipartUpload', nth: 4 },
    { action: { kind: 'error', code: 'InternalError' }, operation: 'multipartUpload', nth: 5 },
    { action: { kind: 'drop', when: 'after' }, operation: 'multipartComplete', nth: 1 },
  )
  await cos.uploadFile({ Key: `${prefix}through.bin`, FilePath })
  const { Body } = await cos.getObject({ Key: `${prefix}through.bin`, DataType: 'arraybuffer' })
  expect(Buffer.from(new Uint8Array(Body as ArrayBuffer)).equals(bytes)).toBe(true)
  expect((await cos.multipartList({})).Upload).toEqual([])
})

describe('the admin address', () => {
  const admin = (path: string, init?: RequestInit) => fetch(`${cloud.admin}${path}`, init)

  test('sets faults, and reports what is wrong with an invalid plan', async () => {
    const rules = [{ action: { kind: 'error', code: 'SlowDown' }, times: 1 }]
    const set = await admin('/faults', { method: 'PUT', body: JSON.stringify({ rules }) })
    expect(await set.json()).toEqual({ rules })
    expect((await get('nothing')).status).toBe(503)
    const bad = await admin('/faults', { method: 'PUT', body: '{"rules":[{}]}' })
    expect([bad.status, await bad.text()]).toEqual([
      400,
      expect.stringContaining('action.kind must be one of'),
    ])
  })

  test('streams and lists requests, without signatures', async () => {
    const events = await admin('/events')
    const reader = (events.body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    await put('seen')
    const { value } = await reader.read()
    const entry = JSON.parse(
      Buffer.from(value ?? [])
        .toString('utf8')
        .replace(/^data: /, ''),
    )
    expect(entry).toMatchObject({ operation: 'putObject', who: 'root', status: 200, url: '/seen' })
    await reader.cancel()
    await send(cloud.cos, { path: `/seen?${signByOfficialSdk({ key: 'seen' })}` })
    const log = await (await admin('/log')).text()
    expect(log).toContain('"/seen"')
    expect(log).not.toMatch(/q-signature=[0-9a-f]/)
  })

  test('escapes keys in its page', async () => {
    await put('%3Cscript%3Ealert(1)%3C%2Fscript%3E')
    await request({ method: 'PUT', key: '<b>bold</b>' }, 'x').catch(() => {})
    const page = await (await admin('/')).text()
    expect(page).toContain('media-1250000000')
    expect(page).not.toContain('<script>alert')
  })

  test('serves loopback names only, and no cross-origin requests', async () => {
    expect((await admin('/', { headers: { Origin: 'https://evil.com' } })).status).toBe(403)
    const { port } = new URL(cloud.admin)
    const { request: http } = await import('node:http')
    const status = await new Promise((resolve) => {
      http({ port, host: '127.0.0.1', headers: { Host: 'evil.com' } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).end()
    })
    expect(status).toBe(403)
  })
})
