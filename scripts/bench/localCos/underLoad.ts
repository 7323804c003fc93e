import type { Values } from '../figure'
import type { Child } from './child'
import { CosClient, inParallel } from './cosClient'
import { KEY } from './servers'
import { stopwatch } from './stopwatch'

const CLIENTS = 200
const HALF = 25_000

/** 200 clients, 50,000 requests of four kinds in two halves: memory that leaks shows in the second. */
export async function underLoad(
  cos: Child,
): Promise<Record<'cos.loadRate' | 'cos.loadErrors' | 'cos.loadMemory', Values>> {
  const client = new CosClient(cos.address, KEY, CLIENTS)
  let errors = 0
  const half = (from: number) =>
    inParallel(HALF, CLIENTS, async (n) => {
      const i = from + n
      const [key, body] = [`m${i % 5000}`, Buffer.from(`value ${i % 5000}`)]
      const method = ['PUT', 'GET', 'HEAD', 'PUT'][i % 4] as string
      const reply = await client.send(method, key, method === 'PUT' ? { body } : {})
      const isThere = reply.status === 200
      if (!isThere && !(method !== 'PUT' && reply.status === 404)) errors++
      if (isThere && method === 'GET' && reply.text !== body.toString()) errors++
    })
  try {
    const first = await stopwatch(() => half(0))
    const middle = cos.memory()
    const second = await stopwatch(() => half(HALF))
    return {
      'cos.loadRate': { ours: [first, second].map((time) => HALF / (time / 1000)) },
      'cos.loadErrors': { ours: [errors] },
      'cos.loadMemory': { ours: [cos.memory() - middle] },
    }
  } finally {
    client.close()
  }
}
