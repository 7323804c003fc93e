import type { CLIENT } from '../catalogue/client'
import type { Measured } from '../figure'
import { besidePeer } from './besidePeer'

/** What the client costs beside cos-wx-sdk-v5: to load, to sign, to parse, in memory, in standstill. */
export async function benchClient(): Promise<Measured<typeof CLIENT>> {
  const load = await besidePeer('load', 15)
  const compute = await besidePeer('compute', 9)
  const memory = await besidePeer('memory', 3)
  const standstill = await besidePeer('standstill', 3, ['--jitless'])
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
