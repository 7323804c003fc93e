import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
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
