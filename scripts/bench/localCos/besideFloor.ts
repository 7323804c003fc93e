import { randomBytes } from 'node:crypto'
import type { Values } from '../figure'
import type { Child } from './child'
import { CosClient, inParallel } from './cosClient'
import { KEY } from './servers'
import { stopwatch } from './stopwatch'

const MIB = 1024 * 1024
const ROUNDS = 11
const SMALL = 3000
const CONNECTIONS = 16

interface Work {
  /** What one run moves: bytes in MB, or requests. */
  amount: number
  run: (client: CosClient) => Promise<unknown>
}

const megabytes = (mib: number) => (mib * MIB) / 1e6

async function put(client: CosClient, key: string, body: Buffer): Promise<void> {
  const { status } = await client.send('PUT', key, { body })
  if (status !== 200) throw new Error(`a PUT was answered ${status}`)
}

async function get(client: CosClient, key: string, bytes: number): Promise<void> {
  const reply = await client.send('GET', key)
  if (reply.bytes !== bytes) throw new Error(`a GET gave ${reply.bytes} bytes, not ${bytes}`)
}

/** Several in a row, so that a run is long enough to be measured. */
async function repeat(count: number, run: () => Promise<void>): Promise<void> {
  for (let i = 0; i < count; i++) await run()
}

function works() {
  const [large, small] = [randomBytes(100 * MIB), randomBytes(1024)]
  const many = (run: (client: CosClient, i: number) => Promise<void>): Work => ({
    amount: SMALL,
    run: (client) => inParallel(SMALL, CONNECTIONS, (i) => run(client, i)),
  })
  const putOf = (mib: number, count: number): Work => ({
    amount: megabytes(mib) * count,
    run: (client) => repeat(count, () => put(client, `large${mib}`, large.subarray(0, mib * MIB))),
  })
  return {
    'cos.put1': putOf(1, 20),
    'cos.put10': putOf(10, 5),
    'cos.put100': putOf(100, 1),
    'cos.get100': {
      amount: megabytes(100),
      run: (client: CosClient) => get(client, 'large100', large.length),
    },
    'cos.putSmall': many((client, i) => put(client, `small${i % 500}`, small)),
    'cos.getSmall': many((client, i) => get(client, `small${i % 500}`, small.length)),
  } satisfies Record<string, Work>
}

/** How much a second, of the local COS and of the bare server, in turns. */
export async function besideFloor(
  floor: Child,
  cos: Child,
): Promise<Record<keyof ReturnType<typeof works>, Values>> {
  const [ours, bare] = [cos, floor].map(({ address }) => new CosClient(address, KEY, CONNECTIONS))
  if (!ours || !bare) throw new Error('two servers are compared')
  const all: Record<string, Values> = {}
  try {
    for (const [id, { amount, run }] of Object.entries(works())) {
      const rate = async (client: CosClient) =>
        amount / ((await stopwatch(() => run(client))) / 1000)
      // The first round warms up.
      for (const client of [ours, bare]) await run(client)
      const [own, peer]: [number[], number[]] = [[], []]
      for (let round = 0; round < ROUNDS; round++) {
        own.push(await rate(ours))
        peer.push(await rate(bare))
      }
      all[id] = { ours: own, peer }
    }
    return all as Record<keyof ReturnType<typeof works>, Values>
  } finally {
    for (const client of [ours, bare]) client.close()
  }
}
