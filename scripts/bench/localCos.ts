import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChildServer, CosClient, inParallel, startBaseline, startCos } from './cosServers'
import { inTurns, type Rounds, type Suite, timeOf } from './figure'

const BASELINE = { en: 'a bare server', zh: '最简服务器' }
const RATE = { unit: 'MB/s', better: 'more', peer: BASELINE } as const
const SMALL_RATE = { unit: '/s', better: 'more', peer: BASELINE } as const
const THOUSAND_KEYS = { en: 'with 1,000 keys', zh: '1,000 个对象时' }
const GROWTH = {
  unit: 'ms',
  better: 'less',
  peer: THOUSAND_KEYS,
  isOwnPeer: true,
  goal: 2,
} as const

/** The local COS compared with a bare server, under load, and with full buckets. */
export const localCos: Suite = {
  title: { en: 'The local COS', zh: '本地 COS' },
  how: {
    en: `The local COS with its data on a disk, in a process of its own, over keep-alive connections and with signatures made
in advance. The baseline is a bare \`node:http\` server that writes the same bytes into a file with an MD5: no signature, no
permission, no CRC64, no flush, no metadata, no listing. Growth is compared with the same local COS that holds 1,000
keys; three servers with 1,000, 10,000 and 100,000 keys of 1 byte take turns.`,
    zh: `本地 COS 在独立进程中运行，数据存磁盘，使用长连接，签名预先算好。对照是只用 \`node:http\` 把相同内容写入文件并计算 MD5 的最简服务器：没有签名、
权限、CRC64、落盘、元数据和列表。增长与保存 1,000 个对象的同一本地 COS 相比；三个服务器分别保存 1,000、10,000、100,000 个 1 字节的对象，
轮流测量。`,
  },
  figures: {
    'cos.put1': {
      what: { en: 'PUT of 1 MiB', zh: 'PUT 1 MiB' },
      ...RATE,
      note: {
        en: 'The flush to the disk, which the bare server omits, weighs most where little is written.',
        zh: '最简服务器不落盘；写入越少，落盘所占比例越大。',
      },
    },
    'cos.put10': { what: { en: 'PUT of 10 MiB', zh: 'PUT 10 MiB' }, ...RATE },
    'cos.put100': { what: { en: 'PUT of 100 MiB', zh: 'PUT 100 MiB' }, ...RATE, goal: 0.5 },
    'cos.get100': { what: { en: 'GET of 100 MiB', zh: 'GET 100 MiB' }, ...RATE, goal: 0.5 },
    'cos.putSmall': {
      what: { en: 'PUTs of 1 KiB over 16 connections', zh: '16 个连接 PUT 1 KiB' },
      ...SMALL_RATE,
      goal: 0.5,
    },
    'cos.getSmall': {
      what: { en: 'GETs of 1 KiB over 16 connections', zh: '16 个连接 GET 1 KiB' },
      ...SMALL_RATE,
      goal: 0.5,
    },
    'cos.list10k': {
      what: { en: 'list 1,000 of 10,000 keys', zh: '列出 10,000 个对象中的 1,000 个' },
      ...GROWTH,
    },
    'cos.list100k': {
      what: { en: 'list 1,000 of 100,000 keys', zh: '列出 100,000 个对象中的 1,000 个' },
      ...GROWTH,
    },
    'cos.putAt10k': {
      what: { en: 'PUT among 10,000 keys', zh: '已有 10,000 个对象时 PUT' },
      ...GROWTH,
    },
    'cos.putAt100k': {
      what: { en: 'PUT among 100,000 keys', zh: '已有 100,000 个对象时 PUT' },
      ...GROWTH,
    },
    'cos.getAt10k': {
      what: { en: 'GET among 10,000 keys', zh: '已有 10,000 个对象时 GET' },
      ...GROWTH,
    },
    'cos.getAt100k': {
      what: { en: 'GET among 100,000 keys', zh: '已有 100,000 个对象时 GET' },
      ...GROWTH,
    },
    'cos.start100k': {
      what: { en: 'start with 100,000 keys', zh: '已有 100,000 个对象时启动' },
      unit: 'ms',
      better: 'less',
      goal: 2000,
    },
    'cos.memory100k': {
      what: { en: 'resident memory with 100,000 keys', zh: '已有 100,000 个对象时的常驻内存' },
      unit: 'MiB',
      better: 'less',
      peer: THOUSAND_KEYS,
      isOwnPeer: true,
    },
    'cos.loadRate': {
      what: {
        en: '50,000 mixed requests by 200 clients',
        zh: '200 个客户端发出 50,000 个混合请求',
      },
      unit: '/s',
      better: 'more',
    },
    'cos.loadErrors': {
      what: {
        en: 'of these, failed or answered with another key',
        zh: '其中失败或返回其他对象的请求',
      },
      unit: 'errors',
      better: 'less',
      goal: 0,
    },
    'cos.loadMemory': {
      what: {
        en: 'resident memory that the second half of these adds',
        zh: '其中后一半请求增加的常驻内存',
      },
      unit: 'MiB',
      better: 'less',
      note: {
        en: 'A leak would show here; so does garbage that V8 has not collected yet.',
        zh: '内存泄漏会体现在这里，V8 尚未回收的垃圾也会。',
      },
    },
  },
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'))
    const servers: ChildServer[] = []
    try {
      const cos = await startCos(folder, 'cos')
      servers.push(cos)
      const baseline = await startBaseline(folder)
      servers.push(baseline)
      return {
        ...(await compareThroughput(cos, baseline)),
        ...(await runLoad(cos)),
        ...(await measureGrowth(folder)),
      }
    } finally {
      for (const server of servers) await server.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

const MIB = 1024 * 1024

interface Workload {
  /** The amount of one run: MB, or requests. */
  amount: number
  run: (client: CosClient) => Promise<unknown>
}

async function put(client: CosClient, key: string, body: Buffer): Promise<void> {
  const { status } = await client.send('PUT', key, { body })
  if (status !== 200) throw new Error(`PUT returned ${status}`)
}

async function get(client: CosClient, key: string, bytes: number): Promise<void> {
  const reply = await client.send('GET', key)
  if (reply.bytes !== bytes) throw new Error(`GET returned ${reply.bytes} bytes, not ${bytes}`)
}

const CONNECTIONS = 16

function workloads(): Record<string, Workload> {
  const [large, small] = [randomBytes(100 * MIB), randomBytes(1024)]
  const many = (run: (client: CosClient, i: number) => Promise<void>): Workload => ({
    amount: 3000,
    run: (client) => inParallel(3000, CONNECTIONS, (i) => run(client, i)),
  })
  /** Several in a row, so that a run is long enough to be measured. */
  const putOf = (mib: number, count: number): Workload => ({
    amount: ((mib * MIB) / 1e6) * count,
    async run(client) {
      for (let i = 0; i < count; i++) {
        await put(client, `large${mib}`, large.subarray(0, mib * MIB))
      }
    },
  })
  return {
    'cos.put1': putOf(1, 20),
    'cos.put10': putOf(10, 5),
    'cos.put100': putOf(100, 1),
    'cos.get100': {
      amount: large.length / 1e6,
      run: (client) => get(client, 'large100', large.length),
    },
    'cos.putSmall': many((client, i) => put(client, `small${i % 500}`, small)),
    'cos.getSmall': many((client, i) => get(client, `small${i % 500}`, small.length)),
  }
}

/** Throughput per second of the local COS and of the bare server, in turns. */
async function compareThroughput(
  cos: ChildServer,
  baseline: ChildServer,
): Promise<Record<string, Rounds>> {
  const ours = new CosClient(cos.address, CONNECTIONS)
  const bare = new CosClient(baseline.address, CONNECTIONS)
  const all: Record<string, Rounds> = {}
  try {
    for (const [id, { amount, run }] of Object.entries(workloads())) {
      const rate = async (client: CosClient) => amount / ((await timeOf(() => run(client))) / 1000)
      // The first round warms up.
      for (const client of [ours, bare]) await run(client)
      all[id] = await inTurns(
        11,
        () => rate(ours),
        () => rate(bare),
      )
    }
    return all
  } finally {
    for (const client of [ours, bare]) client.close()
  }
}

/** Four kinds of requests by 200 clients in two halves: a leak shows in the memory of the second. */
async function runLoad(cos: ChildServer): Promise<Record<string, Rounds>> {
  const [clients, half] = [200, 25_000]
  const client = new CosClient(cos.address, clients)
  let errors = 0
  const sendHalf = (from: number) =>
    inParallel(half, clients, async (n) => {
      const i = from + n
      const [key, body] = [`m${i % 5000}`, Buffer.from(`value ${i % 5000}`)]
      const method = ['PUT', 'GET', 'HEAD', 'PUT'][i % 4] as string
      const reply = await client.send(method, key, method === 'PUT' ? { body } : {})
      const isFound = reply.status === 200
      if (!isFound && !(method !== 'PUT' && reply.status === 404)) errors++
      if (isFound && method === 'GET' && reply.text !== body.toString()) errors++
    })
  try {
    const first = await timeOf(() => sendHalf(0))
    const middle = cos.memory()
    const second = await timeOf(() => sendHalf(half))
    return {
      'cos.loadRate': { ours: [first, second].map((time) => half / (time / 1000)) },
      'cos.loadErrors': { ours: [errors] },
      'cos.loadMemory': { ours: [cos.memory() - middle] },
    }
  } finally {
    client.close()
  }
}

interface FilledCos {
  server: ChildServer
  client: CosClient
  count: number
}

const BYTE = Buffer.from('x')
const keyOf = (i: number) => `list/${String(i).padStart(6, '0')}`

const REQUESTS = {
  list: async ({ client }: FilledCos) => {
    const { text } = await client.send('GET', '', { query: { prefix: 'list/' } })
    if (text.split('<Contents>').length !== 1001) throw new Error('the list lacks keys')
  },
  putAt: ({ client, count }: FilledCos, i: number) => put(client, keyOf((i * 7919) % count), BYTE),
  getAt: ({ client, count }: FilledCos, i: number) =>
    get(client, keyOf((i * 7919) % count), BYTE.length),
}

/** The cost of full buckets: three local COS with more and more keys in turns, then the fullest restarted. */
async function measureGrowth(folder: string): Promise<Record<string, Rounds>> {
  const all: FilledCos[] = []
  try {
    for (const count of [1_000, 10_000, 100_000]) {
      const server = await startCos(folder, `full${count}`)
      const filled = { server, client: new CosClient(server.address, 64), count }
      all.push(filled)
      await inParallel(count, 64, (i) => put(filled.client, keyOf(i), BYTE))
    }
    const measured: Record<string, Rounds> = {}
    for (const [name, request] of Object.entries(REQUESTS)) {
      const [thousand = [], tenThousand = [], most = []] = await requestTimes(all, request)
      measured[`cos.${name}10k`] = { ours: tenThousand, peer: thousand }
      measured[`cos.${name}100k`] = { ours: most, peer: thousand }
    }
    const [emptiest, fullest] = [all[0], all.at(-1)]
    if (!emptiest || !fullest) throw new Error('no local COS was filled')
    measured['cos.memory100k'] = {
      ours: [fullest.server.memory()],
      peer: [emptiest.server.memory()],
    }
    measured['cos.start100k'] = { ours: await restart(fullest, folder, 3) }
    return measured
  } finally {
    for (const { client, server } of all) {
      client.close()
      await server.stop()
    }
  }
}

/** Milliseconds of one request of each server, round by round. */
async function requestTimes(
  all: FilledCos[],
  request: (filled: FilledCos, i: number) => Promise<void>,
): Promise<number[][]> {
  // One request takes less than a millisecond, too little to be measured alone.
  const batch = 50
  const times: number[][] = all.map(() => [])
  for (let round = -2; round < 9; round++) {
    for (const [which, filled] of all.entries()) {
      const time = await timeOf(async () => {
        for (let i = 0; i < batch; i++) await request(filled, round * batch + i + 1000)
      })
      if (round >= 0) times[which]?.push(time / batch)
    }
  }
  return times
}

async function restart(filled: FilledCos, folder: string, count: number): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    await filled.server.stop()
    times.push(
      await timeOf(async () => {
        filled.server = await startCos(folder, `full${filled.count}`)
      }),
    )
  }
  return times
}
