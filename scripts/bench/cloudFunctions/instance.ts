import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { functionFile } from '../../../packages/cli/src/project'
import { at } from '../../build/root'
import type { CpuShare } from './cpuShare'

const run = promisify(execFile)

export const KEY = { SecretId: 'AKIDbench', SecretKey: 'benchsecret' }

/** The functions side by side. */
export const FILES = {
  ours: functionFile('cos-credentials'),
  twoSdks: at('scripts/bench/cloudFunctions/twoSdks.js'),
  cosSts: at('scripts/bench/cloudFunctions/cosSts.js'),
}

export type FunctionName = keyof typeof FILES

/** What callFunction.js prints, by its mode. */
export interface Told {
  cold: { wall: number; cpu: number; files: number; bytes: number }
  warm: { fetched: number; cached: number }
  users: object
}

/** A function instance in a process of its own, with the environment of the platform. */
export async function runInstance<M extends keyof Told>(
  name: FunctionName,
  mode: M,
  sts: string,
  share?: CpuShare,
): Promise<Told[M]> {
  const child = at('scripts/bench/cloudFunctions/callFunction.js')
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
