import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LogEntry } from '@miniprogram-cos/local-cloud'
import { LOCAL_DATA } from './localSettings'

/** One file for each process that runs a local cloud: where its log can be read. */
const FOLDER = join(LOCAL_DATA, 'running')

/** Lets other commands find this process's local cloud until it ends. */
export function tellAdmin(address: string): void {
  const file = join(FOLDER, String(process.pid))
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(file, address)
  process.once('exit', () => rmSync(file, { force: true }))
}

/** What the local clouds that run on this computer have been asked of late. */
export async function recentRequests(): Promise<LogEntry[]> {
  const logs = await Promise.all(filesOfRunning().map(readLog))
  return logs.flat()
}

async function readLog(file: string): Promise<LogEntry[]> {
  try {
    const address = new URL('/log', readFileSync(file, 'utf8'))
    const answer = await fetch(address, { signal: AbortSignal.timeout(2000) })
    return (await answer.json()) as LogEntry[]
  } catch {
    // Killed before it could take its file away.
    rmSync(file, { force: true })
    return []
  }
}

function filesOfRunning(): string[] {
  try {
    return readdirSync(FOLDER).map((name) => join(FOLDER, name))
  } catch {
    return []
  }
}
