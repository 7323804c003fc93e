import { type NETWORK, NETWORKS, type NetworkName, WORKS } from '../catalogue/networks'
import type { Measured, Values } from '../figure'
import { createSlowPhones } from './slowPhone'
import { createWorks } from './works'

const SEEDS = [1, 2, 3, 4, 5, 6, 7]

/** The same work by both clients over the same simulated networks, in virtual time. */
export async function benchNetworks(): Promise<Measured<typeof NETWORK>> {
  const phones = await createSlowPhones()
  const measured: Record<string, Values> = {}
  try {
    const works = await createWorks(phones)
    for (const name of Object.keys(NETWORKS) as NetworkName[]) {
      const { wire, largeDown } = NETWORKS[name]
      for (const work of WORKS) {
        const run = works[work](largeDown)
        const [ours, peer]: [number[], number[]] = [[], []]
        for (const seed of SEEDS) {
          ours.push(await run('ours', { ...wire, seed }))
          peer.push(await run('theirs', { ...wire, seed }))
        }
        measured[`${name}.${work}`] = { ours, peer }
      }
    }
    return measured as Measured<typeof NETWORK>
  } finally {
    await phones.end()
  }
}
