import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { format } from 'node:util'
import { run } from '../../packages/cli/src/run'
import { at, ROOT } from './root'

/** The command line tool as it is published. */
export const CLI = at('packages/cli/dist/main.js')

type Variables = Record<string, string | undefined>

/** The exit code and the output of a command. */
export interface Outcome {
  status: number | null
  stdout: string
  stderr: string
}

/** Runs a command in this repository, in a process of its own without a terminal. */
export function runCli(
  args: string[],
  { input, ...variables }: { input?: string } & Variables = {},
): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [CLI, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    input,
    env: { ...process.env, LANG: 'C.UTF-8', LC_ALL: '', ...variables },
  })
}

/**
 * Runs a command from its sources in the process of the test, without a terminal. Faster than a process of its own, for
 * commands that end by themselves.
 */
export async function runInProcess(
  args: string[],
  { cwd = ROOT, ...variables }: { cwd?: string } & Variables = {},
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
