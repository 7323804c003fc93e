import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { at, ROOT } from '../../build/root'

export const KEY = { SecretId: 'AKIDbench', SecretKey: 'benchsecret' }

/** A server in a process of its own, so that its CPU time is not the client's. */
export interface ChildServer {
  address: string
  /** Resident memory in MiB. */
  memory: () => number
  stop: () => Promise<void>
}

/** Starts the local COS as it is built, with its data in a folder. */
export function startCos(folder: string, name: string): Promise<ChildServer> {
  const program = at('test/support/bareCloud.js')
  return startServer([program, join(folder, name), KEY.SecretId, KEY.SecretKey])
}

/** Starts the bare server that the local COS is compared with. */
export function startBaseline(folder: string): Promise<ChildServer> {
  const program = at('scripts/bench/support/baselineServer.ts')
  return startServer(['--import', 'tsx', program, folder])
}

/** Starts a Node program that prints its address. */
async function startServer(args: string[]): Promise<ChildServer> {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    address: line.toString().trim(),
    memory() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
    },
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}
