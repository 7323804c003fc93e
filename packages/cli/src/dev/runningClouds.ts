import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LogEntry } from '@miniprogram-cos/local-cloud'
import { localData } from '../project'

/** One file for each process that runs a local cloud, with the address of its log. */
const folder = () => localData('running')

/** Lets other commands find this process's local cloud until it ends. */
export function registerCloud(address: string): void {
  const file = join(folder(), String(process.pid))
  mkdirSync(folder(), { recursive: true })
  writeFileSync(file, address)
  process.once('exit', () => rmSync(file, { force: true }))
}

/** Reads recent requests to the local clouds on this computer. */
export async function recentRequests(): Promise<LogEntry[]> {
  const logs = await Promise.all(runningFiles().map(readLog))
  return logs.flat()
}

async function readLog(file: string): Promise<LogEntry[]> {
  try {
    const address = new URL('/log', readFileSync(file, 'utf8'))
    const answer = await fetch(address, { signal: AbortSignal.timeout(2000) })
    return (await answer.json()) as LogEntry[]
  } catch {
    // The process was killed and has not removed its file.
    rmSync(file, { force: true })
    return []
  }
}

function runningFiles(): string[] {
  try {
    return readdirSync(folder()).map((name) => join(folder(), name))
  } catch {
    return []
  }
}
