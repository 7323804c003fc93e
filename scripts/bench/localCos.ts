import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../build'
import { type Child, startChild } from './child'
import { CosClient, inParallel } from './cosClient'
import { median } from './median'
import type { Row } from './table'

const KEY = { SecretId: 'AKIDbench', SecretKey: 'benchsecret' }
const MIB = 1024 * 1024
const ROUNDS = 7
const SMALL = 3000

const milliseconds = async (run: () => Promise<unknown>): Promise<number> => {
  const started = process.hrtime.bigint()
  await run()
  return Number(process.hrtime.bigint() - started) / 1e6
}

/** The local COS beside a bare `node:http` server, and what load and a full bucket do to it. */
export async function benchLocalCos(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const startCos = () =>
    startChild([
      join(ROOT, 'test/support/bareCloud.js'),
      join(folder, 'cos'),
      KEY.SecretId,
      KEY.SecretKey,
    ])
  const floorServer = join(ROOT, 'scripts/bench/floorServer.ts')
  const floor = await startChild(['--import', 'tsx', floorServer, folder])
  let cos = await startCos()
  try {
    const rows = await besideTheFloor(floor, cos)
    rows.push(...(await underLoad(cos)))
    const client = new CosClient(cos.address, KEY, 64)
    await fill(client, 0, 2000)
    const short = await listing(client)
    await fill(client, 2000, 100_000)
    const long = await listing(client)
    client.close()
    rows.push(
      ['list 1,000 of 100,000 keys, beside 1,000 of 2,000', `${(long / short).toFixed(2)}`, '<= 2'],
      ['resident memory with 100,000 objects', `${cos.memory().toFixed(0)} MiB`, ''],
    )
    await cos.stop()
    let again: Child | undefined
    const restart = await milliseconds(async () => {
      again = await startCos()
    })
    if (again) cos = again
    rows.push(['start with 100,000 objects', `${restart.toFixed(0)} ms`, '<= 2,000 ms'])
    return rows
  } finally {
    await floor.stop()
    await cos.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function besideTheFloor(floor: Child, cos: Child): Promise<Row[]> {
  const clients = [floor, cos].map(({ address }) => new CosClient(address, KEY, 16))
  const [large, small] = [randomBytes(100 * MIB), randomBytes(1024)]
  const putSmall = (client: CosClient) =>
    inParallel(SMALL, 16, async (i) => {
      const { status } = await client.send('PUT', `small${i % 500}`, { body: small })
      if (status !== 200) throw new Error(`a PUT was answered ${status}`)
    })
  const work: [name: string, goal: string, run: (client: CosClient) => Promise<unknown>][] = [
    ['PUT of 100 MiB', '>= 1.0', (client) => client.send('PUT', 'large', { body: large })],
    ['GET of 100 MiB', '>= 0.8', (client) => client.send('GET', 'large')],
    ['PUT of 1 KiB, 16 connections', '>= 0.7', putSmall],
    [
      'GET of 1 KiB, 16 connections',
      '>= 0.5',
      (client) =>
        inParallel(SMALL, 16, async (i) => {
          await client.send('GET', `small${i % 500}`)
        }),
    ],
  ]
  for (const client of clients) for (const [, , run] of work) await run(client)
  const rows: Row[] = []
  for (const [name, goal, run] of work) {
    const times: [number[], number[]] = [[], []]
    // In turns, so that what else the machine does meets both.
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, client] of clients.entries()) {
        times[i as 0 | 1].push(await milliseconds(() => run(client)))
      }
    }
    const [bare, ours] = [median(times[0]), median(times[1])]
    const detail = `(${bare.toFixed(0)} ms bare, ${ours.toFixed(0)} ms here)`
    rows.push([`${name}, x floor`, `${(bare / ours).toFixed(2)} ${detail}`, goal])
  }
  for (const client of clients) client.close()
  return rows
}

/** 200 clients, 50,000 requests of four kinds, twice: memory that leaks shows in the second half. */
async function underLoad(cos: Child): Promise<Row[]> {
  const client = new CosClient(cos.address, KEY, 200)
  let [errors, mixedUp] = [0, 0]
  const half = (from: number) =>
    inParallel(25_000, 200, async (n) => {
      const i = from + n
      const [key, body] = [`m${i % 5000}`, Buffer.from(`value ${i % 5000}`)]
      const method = ['PUT', 'GET', 'HEAD', 'PUT'][i % 4] as string
      const reply = await client.send(method, key, method === 'PUT' ? { body } : {})
      const isThere = reply.status === 200
      if (!isThere && !(method !== 'PUT' && reply.status === 404)) errors++
      if (isThere && method === 'GET' && reply.text !== body.toString()) mixedUp++
    })
  const before = cos.memory()
  const seconds = (await milliseconds(() => half(0))) / 1000
  const middle = cos.memory()
  await half(25_000)
  const after = cos.memory()
  client.close()
  const memory = [before, middle, after].map((size) => size.toFixed(0)).join(' -> ')
  return [
    ['50,000 mixed requests by 200 clients: errors', String(errors), '0'],
    ['  answers of another key', String(mixedUp), '0'],
    ['  requests per second', (25_000 / seconds).toFixed(0), ''],
    ['  resident memory before, half way, after', `${memory} MiB`, 'flat'],
  ]
}

async function fill(client: CosClient, from: number, to: number): Promise<void> {
  await inParallel(to - from, 64, async (i) => {
    await client.send('PUT', `list/${String(from + i).padStart(6, '0')}`, {
      body: Buffer.from('x'),
    })
  })
}

async function listing(client: CosClient): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < 9; i++) {
    times.push(
      await milliseconds(() =>
        client.send('GET', '', { query: { prefix: 'list/', marker: 'list/000500' } }),
      ),
    )
  }
  return median(times)
}
