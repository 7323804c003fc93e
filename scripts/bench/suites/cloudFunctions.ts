import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { startLocalCloud } from '@miniprogram-cos/local-cloud'
import { functionFile } from '../../../packages/cli/src/project'
import { at } from '../../build/root'
import type { Rounds, Suite } from '../figure'
import { KEY } from '../support/childServer'
import { type CpuShare, limitCpu } from '../support/cpuShare'

const run = promisify(execFile)

const TWO_SDKS = 'two SDKs'
const COS_STS = 'qcloud-cos-sts'
const LESS = { better: 'less' } as const

/** The compared functions. */
const FILES = {
  ours: functionFile('cos-credentials'),
  twoSdks: at('scripts/bench/support/functionWithTwoSdks.js'),
  cosSts: at('scripts/bench/support/functionWithCosSts.js'),
}

type FunctionName = keyof typeof FILES

/** What callFunction.js prints, by its mode. */
interface Output {
  cold: { wall: number; cpu: number; files: number; bytes: number }
  warm: { fetched: number; cached: number }
  users: object
}

/** The credentials function compared with those that people write. */
export const cloudFunctions: Suite = {
  title: 'The credentials function',
  how: `\`cos-credentials\` as deployed, compared with two functions as people write them, each in a process of its own and
with the same local STS: "two SDKs" requires wx-server-sdk and tencentcloud-sdk-nodejs-sts from node_modules when it
loads, as in the official quick start; "qcloud-cos-sts" requires wx-server-sdk and qcloud-cos-sts. Both ask STS for a key
at every call. A cold start lasts from the first line of the file to the first key. A small function has a fifth of a
CPU; a control group limits it here.`,
  figures: {
    'function.coldShare': {
      what: 'cold start at 0.2 CPU',
      unit: 'ms',
      ...LESS,
      peer: TWO_SDKS,
      goal: 0.4,
    },
    'function.coldShareCosSts': {
      what: 'cold start at 0.2 CPU',
      unit: 'ms',
      ...LESS,
      peer: COS_STS,
      goal: 0.4,
    },
    'function.cold': {
      what: 'cold start, CPU time',
      unit: 'ms',
      ...LESS,
      peer: TWO_SDKS,
      goal: 0.4,
    },
    'function.coldCosSts': {
      what: 'cold start, CPU time',
      unit: 'ms',
      ...LESS,
      peer: COS_STS,
      goal: 0.4,
    },
    'function.read': {
      what: 'bytes of files read for the first call',
      unit: 'KB',
      ...LESS,
      peer: TWO_SDKS,
    },
    'function.files': {
      what: 'files read for the first call',
      unit: 'files',
      ...LESS,
      peer: TWO_SDKS,
    },
    'function.warmNew': {
      what: 'warm call of a new user',
      unit: 'ms',
      ...LESS,
      peer: TWO_SDKS,
      note: 'Both ask STS, which is on this machine; in the cloud its round trip is added to both.',
    },
    'function.warm': { what: 'warm call of a known user', unit: 'ms', ...LESS, peer: TWO_SDKS },
    'function.warmOwn': {
      what: 'warm call of a known user',
      unit: 'ms',
      ...LESS,
      peer: 'its own call to STS',
      isOwnPeer: true,
      goal: 0.1,
    },
    'function.stsCalls': {
      what: 'calls to STS for 1,000 calls by 100 users',
      unit: 'calls',
      ...LESS,
      peer: TWO_SDKS,
      goal: 0.1,
    },
  },
  async run() {
    let stsCalls = 0
    const cloud = await startLocalCloud({ root: KEY, onStsRequest: () => void stsCalls++ })
    const share = limitCpu(0.2)
    const names = Object.keys(FILES) as FunctionName[]
    try {
      const started = await inTurns(names, (name) => runInstance(name, 'cold', cloud.sts, share))
      const compare = (peer: FunctionName, value: (one: Output['cold']) => number): Rounds => ({
        ours: started.ours.map(value),
        peer: started[peer].map(value),
      })
      const warm = await inTurns(['ours', 'twoSdks'], (name) =>
        runInstance(name, 'warm', cloud.sts),
      )
      const fetched = warm.ours.map((one) => one.fetched)
      const cached = warm.ours.map((one) => one.cached)
      const callsOf = async (name: FunctionName) => {
        stsCalls = 0
        await runInstance(name, 'users', cloud.sts)
        return stsCalls
      }
      return {
        'function.coldShare': share && compare('twoSdks', ({ wall }) => wall),
        'function.coldShareCosSts': share && compare('cosSts', ({ wall }) => wall),
        'function.cold': compare('twoSdks', ({ cpu }) => cpu),
        'function.coldCosSts': compare('cosSts', ({ cpu }) => cpu),
        'function.read': compare('twoSdks', ({ bytes }) => bytes / 1024),
        'function.files': compare('twoSdks', ({ files }) => files),
        'function.warmNew': { ours: fetched, peer: warm.twoSdks.map((one) => one.fetched) },
        'function.warm': { ours: cached, peer: warm.twoSdks.map((one) => one.cached) },
        'function.warmOwn': { ours: cached, peer: fetched },
        'function.stsCalls': { ours: [await callsOf('ours')], peer: [await callsOf('twoSdks')] },
      }
    } finally {
      share?.remove()
      await cloud.close()
    }
  },
}

/** Nine rounds of each, one after the other, so that whatever else the machine does affects all. */
async function inTurns<N extends FunctionName, T>(
  names: N[],
  measure: (name: N) => Promise<T>,
): Promise<Record<N, T[]>> {
  const all = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<N, T[]>
  for (let round = 0; round < 9; round++) {
    for (const name of names) all[name].push(await measure(name))
  }
  return all
}

/** Runs a function instance in a process of its own, with the environment of the platform. */
async function runInstance<M extends keyof Output>(
  name: FunctionName,
  mode: M,
  sts: string,
  share?: CpuShare,
): Promise<Output[M]> {
  const child = at('scripts/bench/support/callFunction.js')
  const command = [process.execPath, child, FILES[name], mode]
  const [program = '', ...args] = share ? share.wrap(command) : command
  const { stdout } = await run(program, args, {
    env: {
      PATH: process.env.PATH,
      TENCENTCLOUD_RUNENV: 'SCF',
      TENCENTCLOUD_REGION: 'ap-guangzhou',
      SCF_NAMESPACE: 'bench',
      COS_STS_SECRET_ID: KEY.SecretId,
      COS_STS_SECRET_KEY: KEY.SecretKey,
      COS_STS_ENDPOINT: sts,
    },
  })
  return JSON.parse(stdout)
}
