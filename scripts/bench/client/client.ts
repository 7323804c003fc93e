import type { CLIENT } from '../catalogue/client'
import type { Measured } from '../figure'
import { besidePeer } from './besidePeer'

/** Queued uploads must cost the same each, however many there are: printed, with no peer to compare. */
async function printQueueGrowth(): Promise<void> {
  for (const [name, flags] of [
    ['with JIT', []],
    ['no JIT', ['--jitless']],
  ] as const) {
    const queue = await besidePeer('queue', 1, [...flags])
    const text = (figure: string) => {
      const { ours, peer } = queue(figure)
      return `${Math.round(ours[0] as number)} (cos-wx-sdk-v5 ${Math.round(peer?.[0] as number)})`
    }
    console.log(
      `CPU microseconds for each queued upload, ${name}: ${text('thousand')} of 1,000, ${text('tenThousand')} of 10,000`,
    )
  }
}

/** What the client costs beside cos-wx-sdk-v5: to load, to sign, to parse, in memory, in standstill. */
export async function benchClient(): Promise<Measured<typeof CLIENT>> {
  const load = await besidePeer('load', 15)
  const compute = await besidePeer('compute', 9)
  const memory = await besidePeer('memory', 3)
  const standstill = await besidePeer('standstill', 3, ['--jitless'])
  await printQueueGrowth()
  const standstillJit = await besidePeer('standstill', 5)
  return {
    'client.load': load('milliseconds'),
    'client.heap': load('heap'),
    'client.sign': compute('cached'),
    'client.signAnew': compute('uncached'),
    'client.request': compute('requests'),
    'client.listing': compute('listing'),
    'client.queueMemory': memory('whole'),
    'client.queueMemoryParts': memory('parts'),
    'client.standstill': standstill('longest'),
    'client.standstillJit': standstillJit('longest'),
  }
}
