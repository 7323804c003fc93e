import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { CLIENT_FILE, OFFICIAL_FILE } from '../../../test/support/phones'
import { at } from '../../build/root'
import type { Values } from '../figure'

type Round = Record<string, number>
export type Measurement = 'load' | 'compute' | 'memory' | 'standstill' | 'queue'

const run = promisify(execFile)

/** Both clients, each in fresh processes, in turns; gives what was measured by its name. */
export async function besidePeer(
  measurement: Measurement,
  rounds: number,
  flags: string[] = [],
): Promise<(name: string) => Values> {
  const [ours, peer]: [Round[], Round[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    ours.push(await measure(CLIENT_FILE, measurement, flags))
    peer.push(await measure(OFFICIAL_FILE, measurement, flags))
  }
  const named = (all: Round[], name: string) => all.map((one) => one[name] as number)
  return (name) => ({ ours: named(ours, name), peer: named(peer, name) })
}

async function measure(file: string, measurement: Measurement, flags: string[]): Promise<Round> {
  const child = at('scripts/bench/client/phoneChild.js')
  const args = ['--expose-gc', '--no-warnings', ...flags, child, file, measurement]
  const { stdout } = await run(process.execPath, args)
  return JSON.parse(stdout)
}
