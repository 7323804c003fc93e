import type { Values } from '../figure'
import type { Child } from './child'
import { CosClient, inParallel } from './cosClient'
import { KEY, startCos } from './servers'
import { stopwatch } from './stopwatch'

const COUNTS = [1_000, 10_000, 100_000]
const ROUNDS = 9
/** One request takes less than a millisecond, too little to be measured alone. */
const EACH = 50
const BODY = Buffer.from('x')

interface Full {
  server: Child
  client: CosClient
  count: number
}

const keyOf = (i: number) => `list/${String(i).padStart(6, '0')}`

const ASKED = {
  list: async ({ client }: Full) => {
    const { text } = await client.send('GET', '', { query: { prefix: 'list/' } })
    if (text.split('<Contents>').length !== 1001) throw new Error('keys are missing')
  },
  putAt: async ({ client, count }: Full, i: number) => {
    const { status } = await client.send('PUT', keyOf((i * 7919) % count), { body: BODY })
    if (status !== 200) throw new Error(`a PUT was answered ${status}`)
  },
  getAt: async ({ client, count }: Full, i: number) => {
    const { bytes } = await client.send('GET', keyOf((i * 7919) % count))
    if (bytes !== BODY.length) throw new Error('a key is missing')
  },
}

export type GrowthId = `cos.${keyof typeof ASKED}${'10k' | '100k'}`

/** What full buckets cost: three local COS of different fullness in turns, then the fullest started anew. */
export async function growth(
  folder: string,
): Promise<Record<GrowthId | 'cos.start100k' | 'cos.memory100k', Values>> {
  const all: Full[] = []
  try {
    for (const count of COUNTS) {
      const server = await startCos(folder, `full${count}`)
      const full = { server, client: new CosClient(server.address, KEY, 64), count }
      all.push(full)
      await inParallel(count, 64, async (i) => {
        const { status } = await full.client.send('PUT', keyOf(i), { body: BODY })
        if (status !== 200) throw new Error(`a PUT was answered ${status}`)
      })
    }
    const measured: Record<string, Values> = {}
    for (const [name, ask] of Object.entries(ASKED)) {
      const [few = [], some = [], many = []] = await inTurns(all, ask)
      measured[`cos.${name}10k`] = { ours: some, peer: few }
      measured[`cos.${name}100k`] = { ours: many, peer: few }
    }
    const [emptiest, fullest] = [all[0], all.at(-1)]
    if (!emptiest || !fullest) throw new Error('nothing is full')
    measured['cos.memory100k'] = {
      ours: [fullest.server.memory()],
      peer: [emptiest.server.memory()],
    }
    measured['cos.start100k'] = { ours: await restarts(fullest, folder) }
    return measured as Record<GrowthId | 'cos.start100k' | 'cos.memory100k', Values>
  } finally {
    for (const { client, server } of all) {
      client.close()
      await server.stop()
    }
  }
}

/** Milliseconds of one request, of each server, round by round. */
async function inTurns(
  all: Full[],
  ask: (full: Full, i: number) => Promise<void>,
): Promise<number[][]> {
  const times: number[][] = all.map(() => [])
  for (let round = -2; round < ROUNDS; round++) {
    for (const [which, full] of all.entries()) {
      const time = await stopwatch(async () => {
        for (let i = 0; i < EACH; i++) await ask(full, round * EACH + i + 1000)
      })
      if (round >= 0) times[which]?.push(time / EACH)
    }
  }
  return times
}

async function restarts(full: Full, folder: string): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < 3; i++) {
    await full.server.stop()
    times.push(
      await stopwatch(async () => {
        full.server = await startCos(folder, `full${full.count}`)
      }),
    )
  }
  return times
}
