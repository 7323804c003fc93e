import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CLIENT_FILE, OFFICIAL_FILE } from '../../../test/support/phones'
import { ROOT } from '../../build'
import { median } from '../median'
import type { Row } from '../table'

type Measured = Record<string, number>
type Measurement = 'load' | 'compute' | 'memory' | 'standstill'

const run = promisify(execFile)

/** Both clients, each in fresh processes, in turns; what an app would get of each. */
async function measure(
  measurement: Measurement,
  rounds: number,
  flags: string[] = [],
): Promise<[ours: Measured[], theirs: Measured[]]> {
  const all: [Measured[], Measured[]] = [[], []]
  const child = join(ROOT, 'scripts/bench/client/phoneChild.js')
  for (let round = 0; round < rounds; round++) {
    for (const [i, file] of [CLIENT_FILE, OFFICIAL_FILE].entries()) {
      const args = ['--expose-gc', '--no-warnings', ...flags, child, file, measurement]
      const { stdout } = await run(process.execPath, args)
      all[i as 0 | 1].push(JSON.parse(stdout) as Measured)
    }
  }
  return all
}

/** The ratio of the medians, both medians, and what single rounds said. */
function ratio([ours, theirs]: [Measured[], Measured[]], name: string, unit: string): string {
  const values = [ours, theirs].map((side) => side.map((one) => one[name] as number))
  const [own, their] = values.map(median) as [number, number]
  const each = (values[0] as number[]).map((one, i) => one / (values[1]?.[i] as number))
  const show = (value: number) => value.toFixed(value < 10 ? 1 : 0)
  const spread = `${Math.min(...each).toFixed(2)} to ${Math.max(...each).toFixed(2)}`
  return `${(own / their).toFixed(2)} (${show(own)} : ${show(their)} ${unit}; ${spread})`
}

/** What the client costs beside cos-wx-sdk-v5: to load, to sign, to parse, in memory. */
export async function benchBesidePeer(): Promise<Row[]> {
  const load = await measure('load', 15)
  const compute = await measure('compute', 5)
  const memory = await measure('memory', 3)
  // Phones with iOS run an app's JavaScript without a compiler.
  const standstill = await measure('standstill', 3, ['--jitless'])
  return [
    ['require, CPU time', ratio(load, 'milliseconds', 'ms'), '<= 0.3'],
    ['heap after require', ratio(load, 'heap', 'KiB'), '<= 0.3'],
    ['signatures a second, one key-time', ratio(compute, 'cached', '/s'), '>= 2'],
    ['signatures a second, a new key-time each', ratio(compute, 'uncached', '/s'), ''],
    ['requests made and signed a second', ratio(compute, 'requests', '/s'), ''],
    ['1,000-key listing', ratio(compute, 'listing', 'ms'), '<= 0.5'],
    ['memory: 20 queued 4 MiB files, putObject', ratio(memory, 'whole', 'MiB'), '<= 0.2'],
    ['memory: the same in parts', ratio(memory, 'parts', 'MiB'), ''],
    ['20 MiB in parts: longest standstill, no JIT', ratio(standstill, 'longest', 'ms'), ''],
  ]
}
