import { benchBesidePeer } from './client/besidePeer'
import { benchKeyCalls } from './client/keyCalls'
import { benchNetworks } from './client/networks'
import type { Row } from './table'

/** The client beside cos-wx-sdk-v5 1.8.0; ratios are ours to theirs. */
export async function benchClient(): Promise<Row[]> {
  return [...(await benchBesidePeer()), ...(await benchKeyCalls()), ...(await benchNetworks())]
}
