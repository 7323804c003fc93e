import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { CLIENT_FILE, OFFICIAL_FILE } from '../../../test/support/phones'
import { at } from '../../build/root'
import type { Rounds, Suite } from '../figure'

const run = promisify(execFile)

const peer = 'cos-wx-sdk-v5'
const LESS = { better: 'less', peer } as const
/** The cost of one of many must not depend on how many there are. */
const GROWTH = {
  unit: 'µs',
  better: 'less',
  peer: 'each of 1,000',
  isOwnPeer: true,
  goal: 1.2,
} as const
const MORE = { unit: '/s', better: 'more', peer } as const

/** The client's cost on the phone's logic thread. */
export const client: Suite = {
  title: 'The client in the logic thread',
  how: `Each client in a fresh Node process, in turns, under a \`wx\` that answers at once from memory, so that only the client
is measured. Times are CPU time of that process. "no JIT" runs with \`--jitless\`, as an app's JavaScript does on iOS. A
block is the longest time between two turns of the event loop during an upload of 100 MiB in parts: for so long the app
can do nothing else.`,
  figures: {
    'client.load': { what: 'load the package', unit: 'ms', ...LESS, goal: 0.32 },
    'client.heap': { what: 'heap after loading', unit: 'KiB', ...LESS, goal: 0.3 },
    'client.sign': {
      what: 'signatures with one key-time',
      ...MORE,
      goal: 2,
      note: 'As a client with a key signs: values derived from the key are cached.',
    },
    'client.signAnew': { what: 'signatures, a new key-time each', ...MORE },
    'client.request': { what: 'requests built and signed', ...MORE },
    'client.listing': { what: 'parse a list of 1,000 keys', unit: 'ms', ...LESS, goal: 0.5 },
    'client.queueMemory': {
      what: 'memory of 20 queued 4 MiB uploads by putObject',
      unit: 'MiB',
      ...LESS,
      goal: 0.2,
      note: 'File content held at the worst moment, counted buffer by buffer.',
    },
    'client.queueMemoryParts': {
      what: 'memory of 20 queued 4 MiB uploads in parts',
      unit: 'MiB',
      ...LESS,
      note: 'Both read a part when its turn comes, three at a time.',
    },
    'client.queue': { what: 'CPU for each of 10,000 queued uploads', ...GROWTH },
    'client.queueNoJit': { what: 'the same, no JIT', ...GROWTH },
    'client.standstill': {
      what: 'longest block during a 100 MiB upload, no JIT',
      unit: 'ms',
      ...LESS,
      note: 'The official client hashes every part with MD5 in JavaScript; this one does so on request only.',
    },
    'client.standstillMd5': {
      what: 'the same with UploadCheckContentMd5',
      unit: 'ms',
      ...LESS,
      note: 'Goal: 16 ms, one frame. The MD5 is computed in turns of 4 ms.',
    },
    'client.standstillJit': {
      what: 'longest block during a 100 MiB upload, with JIT',
      unit: 'ms',
      ...LESS,
    },
  },
  async run() {
    const load = await compare('load', 15)
    const compute = await compare('compute', 9)
    const memory = await compare('memory', 3)
    const queue = await growth(5)
    const queueNoJit = await growth(3, ['--jitless'])
    const standstill = await compare('standstill', 3, ['--jitless'])
    const standstillMd5 = await compare('standstillMd5', 1, ['--jitless'])
    const standstillJit = await compare('standstill', 5)
    return {
      'client.load': load('milliseconds'),
      'client.heap': load('heap'),
      'client.sign': compute('cached'),
      'client.signAnew': compute('uncached'),
      'client.request': compute('requests'),
      'client.listing': compute('listing'),
      'client.queueMemory': memory('whole'),
      'client.queueMemoryParts': memory('parts'),
      'client.queue': queue,
      'client.queueNoJit': queueNoJit,
      'client.standstill': standstill('longest'),
      'client.standstillMd5': standstillMd5('longest'),
      'client.standstillJit': standstillJit('longest'),
    }
  },
}

type Round = Record<string, number>

/** Runs a measurement of phoneProcess.js for both clients in turns; gives the rounds of each value by its name. */
async function compare(
  measurement: 'load' | 'compute' | 'memory' | 'standstill' | 'standstillMd5',
  rounds: number,
  flags: string[] = [],
): Promise<(name: string) => Rounds> {
  const [ours, theirs]: [Round[], Round[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    ours.push(await measure(CLIENT_FILE, measurement, flags))
    theirs.push(await measure(OFFICIAL_FILE, measurement, flags))
  }
  const valuesOf = (all: Round[], name: string) => all.map((one) => one[name] as number)
  return (name) => ({ ours: valuesOf(ours, name), peer: valuesOf(theirs, name) })
}

/** Compares our client with 10,000 queued uploads to one with 1,000. */
async function growth(rounds: number, flags: string[] = []): Promise<Rounds> {
  const [ours, peer]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    const { tenThousand = NaN, thousand = NaN } = await measure(CLIENT_FILE, 'queue', flags)
    ours.push(tenThousand)
    peer.push(thousand)
  }
  return { ours, peer }
}

async function measure(file: string, measurement: string, flags: string[]): Promise<Round> {
  const child = at('scripts/bench/support/phoneProcess.js')
  const args = ['--expose-gc', '--no-warnings', ...flags, child, file, measurement]
  const { stdout } = await run(process.execPath, args)
  return JSON.parse(stdout)
}
