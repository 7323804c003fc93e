import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { ROOT } from './root'
import { CLI } from './runCli'

/** What the local cloud prints once it is ready. */
interface ReadyLine {
  ready: true
  cos: string
  sts: string
  functions: string
  bucket: string
  region: string
  secretId: string
  secretKey?: string
}

export interface CloudProcess {
  ready: ReadyLine
  child: ChildProcess
  /** Ends it with SIGKILL. */
  kill: () => Promise<void>
  /** Ends it with SIGTERM. */
  stop: () => Promise<void>
}

/** Starts the local cloud by its command, in a process of its own. */
export function startCloudProcess(args: string[]): Promise<CloudProcess> {
  return startCommand([CLI, 'local-cloud', ...args])
}

/** A Node process that prints the ready line of a local cloud. */
export async function startCommand(
  args: string[],
  environment: Record<string, string> = {},
): Promise<CloudProcess> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  let errors = ''
  child.stderr?.on('data', (text: Buffer) => {
    errors += text.toString()
  })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const ready = await new Promise<ReadyLine>((resolve, reject) => {
    lines.once('line', (line) => resolve(JSON.parse(line) as ReadyLine))
    child.once('exit', (code) => reject(new Error(`the local cloud ended with ${code}: ${errors}`)))
  })
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return { ready, child, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') }
}
