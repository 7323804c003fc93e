import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'

/** A part of one CPU, as a small cloud function gets it. */
export interface CpuShare {
  /** The command line that runs another one within the share. */
  wrap: (command: string[]) => string[]
  remove: () => void
}

const PERIOD = 100_000
const ROOTS = { v1: '/sys/fs/cgroup/cpu', v2: '/sys/fs/cgroup' }

/** Limits processes to a share of a CPU by a control group; undefined where this user cannot make one. */
export function limitCpu(share: number): CpuShare | undefined {
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
