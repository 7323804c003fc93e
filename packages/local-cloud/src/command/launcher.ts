import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Programs between a user's command line and the server: npm, the shell it starts, tsx. */
const LAUNCHER =
  /^(npm|npx|pnpm|yarn|bun)\b|[\\/](npm|npx)-cli\.js\b|[\\/](pnpm|yarn|bun|tsx)(\.c?js)?(\s|$)|[\\/]tsx[\\/]dist[\\/]cli|^\S*sh -c\s/

const MAX_LAUNCHERS = 6
const CHECK_MS = 250

/**
 * Calls back once when a launcher of this process ends, even by SIGKILL. npm forwards SIGTERM only to its shell, so
 * without this the server would keep running and keep its ports. Has no effect in a process that was not started by a
 * launcher.
 * @returns a function that stops watching
 */
export function onLauncherExit(callback: () => void): () => void {
  const launchers = findLaunchers()
  if (launchers.length === 0) return () => {}
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent && launchers.every(isRunning)) return
    clearInterval(timer)
    callback()
  }, CHECK_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** The launchers among the ancestors of this process, nearest first. */
function findLaunchers(): number[] {
  const launchers: number[] = []
  let pid = process.ppid
  while (launchers.length < MAX_LAUNCHERS) {
    const ancestor = describe(pid)
    if (!ancestor || !LAUNCHER.test(ancestor.command)) break
    launchers.push(pid)
    pid = ancestor.parent
  }
  return launchers
}

function describe(pid: number): { parent: number; command: string } | undefined {
  try {
    const args = ['-o', 'ppid=', '-o', 'args=', '-p', String(pid)]
    const line = execFileSync('ps', args, { encoding: 'utf8', stdio: 'pipe' })
    const [, parent, command] = /^\s*(\d+)\s+(.*\S)/.exec(line) ?? []
    return command ? { parent: Number(parent), command } : undefined
  } catch {
    // No `ps`, as on Windows, where ending npm ends its children too.
    return undefined
  }
}

/** An ended process that its parent has not waited for still accepts signals; Linux shows its state. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    return !/\)\s[ZX]\s/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return true
  }
}
