import type { CLOUD_FUNCTIONS } from '../catalogue/cloudFunctions'
import type { Measured, Values } from '../figure'
import { cpuShare } from './cpuShare'
import { FILES, type FunctionName, KEY, runInstance, type Told } from './instance'

const ROUNDS = 9
const SHARE = 0.2
const KB = 1024

/** The key function beside those that people write. */
export async function benchCloudFunctions(): Promise<Measured<typeof CLOUD_FUNCTIONS>> {
  const { startLocalCloud } = await import('@miniprogram-cos/local-cloud')
  let stsCalls = 0
  const cloud = await startLocalCloud({
    root: KEY,
    onStsRequest: () => {
      stsCalls++
    },
  })
  const { sts } = cloud
  const share = cpuShare(SHARE)
  try {
    const started = await inTurns(Object.keys(FILES) as FunctionName[], (name) =>
      runInstance(name, 'cold', sts, share),
    )
    const beside = (peer: FunctionName, value: (one: Told['cold']) => number): Values => ({
      ours: started.ours.map(value),
      peer: started[peer].map(value),
    })
    const warm = await inTurns(['ours', 'twoSdks'], (name) => runInstance(name, 'warm', sts))
    const fetched = warm.ours.map((one) => one.fetched)
    const cached = warm.ours.map((one) => one.cached)
    const callsOf = async (name: FunctionName) => {
      stsCalls = 0
      await runInstance(name, 'users', sts)
      return stsCalls
    }
    return {
      'function.coldShare': share && beside('twoSdks', ({ wall }) => wall),
      'function.coldShareCosSts': share && beside('cosSts', ({ wall }) => wall),
      'function.cold': beside('twoSdks', ({ cpu }) => cpu),
      'function.coldCosSts': beside('cosSts', ({ cpu }) => cpu),
      'function.read': beside('twoSdks', ({ bytes }) => bytes / KB),
      'function.files': beside('twoSdks', ({ files }) => files),
      'function.warmNew': { ours: fetched, peer: warm.twoSdks.map((one) => one.fetched) },
      'function.warm': { ours: cached, peer: warm.twoSdks.map((one) => one.cached) },
      'function.warmOwn': { ours: cached, peer: fetched },
      'function.stsCalls': { ours: [await callsOf('ours')], peer: [await callsOf('twoSdks')] },
    }
  } finally {
    share?.end()
    await cloud.close()
  }
}

/** Rounds of each, one after the other, so that what else the machine does meets all. */
async function inTurns<N extends FunctionName, T>(
  names: N[],
  run: (name: N) => Promise<T>,
): Promise<Record<N, T[]>> {
  const all = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<N, T[]>
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) all[name].push(await run(name))
  }
  return all
}
