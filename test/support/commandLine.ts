import { type ChildProcess, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { format } from 'node:util'
import { at, ROOT } from './root'

/** The command line tool as it is published. */
export const CLI = at('packages/cli/dist/main.js')

/** Runs a command in this repository, without a terminal. */
export function runCli(
  args: string[],
  { input, ...variables }: { input?: string; [name: string]: string | undefined } = {},
): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [CLI, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    input,
    env: { ...process.env, LANG: 'C.UTF-8', LC_ALL: '', ...variables },
  })
}

/** How a process ended, and what it printed. */
export interface Outcome {
  status: number | null
  stdout: string
  stderr: string
}

/** Waits until a process ends. @param onOutput gets what it prints, as it comes */
export async function outcomeOf(
  child: ChildProcess,
  onOutput?: (text: string) => void,
): Promise<Outcome> {
  const printed = { stdout: '', stderr: '' }
  child.stdout?.on('data', (text) => {
    printed.stdout += text
    onOutput?.(String(text))
  })
  child.stderr?.on('data', (text) => {
    printed.stderr += text
  })
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { status, ...printed }
}

/**
 * Runs a command from its sources in the process of the test, without a terminal. Faster than a process of its own, for
 * commands that end by themselves.
 */
export async function runInProcess(
  args: string[],
  { cwd = ROOT, ...variables }: { cwd?: string; [name: string]: string | undefined } = {},
): Promise<Outcome> {
  const outcome = { stdout: '', stderr: '' }
  const write = (name: 'stdout' | 'stderr', text: string) => {
    outcome[name] += text
    return true
  }
  const spies = [
    jest
      .spyOn(console, 'log')
      .mockImplementation((...all) => write('stdout', `${format(...all)}\n`)),
    jest
      .spyOn(console, 'error')
      .mockImplementation((...all) => write('stderr', `${format(...all)}\n`)),
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => write('stdout', String(text))),
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => write('stderr', String(text))),
  ]
  const streams = [process.stdin, process.stdout, process.stderr]
  const terminals = streams.map(({ isTTY }) => isTTY)
  const before = { folder: process.cwd(), env: process.env, exitCode: process.exitCode }
  try {
    for (const stream of streams) stream.isTTY = false
    process.chdir(cwd)
    process.env = { ...before.env, LANG: 'C.UTF-8', LC_ALL: '', ...variables }
    process.exitCode = 0
    const { run } = await import('../../packages/cli/src/run')
    await run(args)
    return { status: Number(process.exitCode), ...outcome }
  } finally {
    for (const spy of spies) spy.mockRestore()
    for (const [i, stream] of streams.entries()) stream.isTTY = terminals[i] ?? false
    process.chdir(before.folder)
    process.env = before.env
    process.exitCode = before.exitCode
  }
}

/** Loads a source file with the ES modules that it imports, which the sandbox of Jest cannot load. */
export async function loadBundled<T>(file: string): Promise<T> {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [at(file)],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
    external: ['@cloudbase/*', 'cos-*', 'tencentcloud-*', 'https-proxy-agent', 'esbuild'],
  })
  const module = { exports: {} as T }
  new Function('require', 'module', 'exports', outputFiles[0]?.text ?? '')(
    require,
    module,
    module.exports,
  )
  return module.exports
}

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
