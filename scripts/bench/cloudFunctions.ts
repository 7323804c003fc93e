import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { startLocalCloud } from '@miniprogram-cos/local-cloud'
import { functionFile } from '../../packages/cli/src/project'
import { at } from '../build/root'
import { KEY } from './cosServers'
import type { Rounds, Suite } from './figure'

const run = promisify(execFile)

const TWO_SDKS = { en: 'two SDKs', zh: '两个 SDK' }
const COS_STS = 'qcloud-cos-sts'
const OWN_CALL = { en: 'its own call to STS', zh: '自身请求 STS 时' }
const COMPARED = { unit: 'ms', better: 'less', peer: TWO_SDKS } as const
const COLD = { unit: 'ms', better: 'less', goal: 0.4 } as const
const COLD_SHARE = { en: 'cold start at 0.2 CPU', zh: '冷启动，0.2 CPU' }
const COLD_CPU = { en: 'cold start, CPU time', zh: '冷启动，CPU 时间' }
const WARM = { en: 'warm call of a known user', zh: '热调用，已有密钥的用户' }

/** The compared functions. */
const FILES = {
  ours: functionFile('cos-credentials'),
  twoSdks: at('scripts/bench/peerFunctions.js'),
  cosSts: at('scripts/bench/peerFunctions.js'),
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
  title: { en: 'The credentials function', zh: '密钥云函数' },
  how: {
    en: `\`cos-credentials\` as deployed, compared with two functions as people write them, each in a process of its own and
with the same local STS: "two SDKs" requires wx-server-sdk and tencentcloud-sdk-nodejs-sts from node_modules when it
loads, as in the official quick start; "qcloud-cos-sts" requires wx-server-sdk and qcloud-cos-sts. Both ask STS for a key
at every call. A cold start lasts from the first line of the file to the first key. A small function has a fifth of a
CPU; a control group limits it here.`,
    zh: `部署的 \`cos-credentials\` 与两种常见写法对比，各用一个进程，使用同一个本地 STS：“两个 SDK”按官方快速入门，加载时从 node_modules 引入
wx-server-sdk 与 tencentcloud-sdk-nodejs-sts；“qcloud-cos-sts”引入 wx-server-sdk 与 qcloud-cos-sts。两者每次调用都请求 STS。
冷启动从文件第一行计到第一个密钥。小规格函数只有五分之一个 CPU，这里用 cgroup 限制。`,
  },
  missingReason: 'this user cannot make a control group',
  figures: {
    'function.coldShare': { what: COLD_SHARE, ...COLD, peer: TWO_SDKS },
    'function.coldShareCosSts': { what: COLD_SHARE, ...COLD, peer: COS_STS },
    'function.cold': { what: COLD_CPU, ...COLD, peer: TWO_SDKS },
    'function.coldCosSts': { what: COLD_CPU, ...COLD, peer: COS_STS },
    'function.read': {
      what: { en: 'bytes of files read for the first call', zh: '首次调用读取的文件字节数' },
      ...COMPARED,
      unit: 'KB',
    },
    'function.files': {
      what: { en: 'files read for the first call', zh: '首次调用读取的文件数' },
      ...COMPARED,
      unit: 'files',
    },
    'function.warmNew': {
      what: { en: 'warm call of a new user', zh: '热调用，新用户' },
      ...COMPARED,
      note: {
        en: 'Both ask STS, which is on this machine; in the cloud its round trip is added to both.',
        zh: '两者都请求本机的 STS；在云端还要各加一次网络往返。',
      },
    },
    'function.warm': { what: WARM, ...COMPARED },
    'function.warmOwn': { what: WARM, ...COMPARED, peer: OWN_CALL, isOwnPeer: true, goal: 0.1 },
    'function.stsCalls': {
      what: {
        en: 'calls to STS for 1,000 calls by 100 users',
        zh: '100 个用户调用 1,000 次时请求 STS 的次数',
      },
      ...COMPARED,
      unit: 'calls',
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
  const child = at('scripts/bench/callFunction.js')
  const command = [process.execPath, child, FILES[name], mode]
  const [program = '', ...args] = share ? share.wrap(command) : command
  const { stdout } = await run(program, args, {
    env: {
      PATH: process.env.PATH,
      PEER: name,
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

/** A part of one CPU, as a small cloud function gets it. */
interface CpuShare {
  /** The command line that runs another one within the share. */
  wrap: (command: string[]) => string[]
  remove: () => void
}

const PERIOD = 100_000
const ROOTS = { v1: '/sys/fs/cgroup/cpu', v2: '/sys/fs/cgroup' }

/** Limits processes to a share of a CPU by a control group; undefined where this user cannot make one. */
function limitCpu(share: number): CpuShare | undefined {
  const isV2 = existsSync(`${ROOTS.v2}/cgroup.controllers`)
  const folder = `${isV2 ? ROOTS.v2 : ROOTS.v1}/bench-${process.pid}`
  try {
    mkdirSync(folder)
    if (isV2) writeFileSync(`${folder}/cpu.max`, `${share * PERIOD} ${PERIOD}`)
    else {
      writeFileSync(`${folder}/cpu.cfs_period_us`, String(PERIOD))
      writeFileSync(`${folder}/cpu.cfs_quota_us`, String(share * PERIOD))
    }
  } catch {
    return undefined
  }
  const enter = `echo $$ > ${folder}/cgroup.procs && exec "$@"`
  return {
    wrap: (command) => ['sh', '-c', enter, 'sh', ...command],
    remove: () => rmdirSync(folder),
  }
}
