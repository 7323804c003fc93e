import { type ChildProcess, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { at } from './root'
import { CLI } from './runCli'

/** Small mini programs of different shapes, in test/cli/apps. */
export const APPS = [
  'plain-js',
  'typescript',
  'custom-root',
  'own-functions',
  'sub-packages',
  'cloudbaserc',
] as const

export interface Outcome {
  status: number | null
  stdout: string
  stderr: string
}

/** A copy of a fixture app, outside of this repository, with commands run in it as its developer would. */
export class AppCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'app-'))

  constructor(name: (typeof APPS)[number]) {
    cpSync(at('test/cli/apps', name), this.folder, { recursive: true })
    // Git ignores every node_modules.
    const installed = this.path('cloud/functions/greet/installed')
    if (existsSync(installed))
      renameSync(installed, this.path('cloud/functions/greet/node_modules'))
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts)
  }

  read(file: string): string {
    return readFileSync(this.path(file), 'utf8')
  }

  /** Every file with its contents. */
  contents(): Record<string, string> {
    const names = readdirSync(this.folder, { recursive: true, encoding: 'utf8' }).sort()
    const files = names.filter((name) => statSync(this.path(name)).isFile())
    return Object.fromEntries(files.map((name) => [name, this.read(name)]))
  }

  /** The same without what npm has installed. */
  ownContents(): Record<string, string> {
    const isOwn = ([name]: [string, string]) => !/(^|\/)node_modules\//.test(name)
    return Object.fromEntries(Object.entries(this.contents()).filter(isOwn))
  }

  /** Starts a command of the built tool, without a terminal. */
  start(args: string[], stdin: 'ignore' | 'pipe' = 'ignore'): ChildProcess {
    const { PATH = '', HOME = '' } = process.env
    return spawn(process.execPath, [CLI, ...args], {
      cwd: this.folder,
      stdio: [stdin, 'pipe', 'pipe'],
      env: { PATH, HOME, LANG: 'C.UTF-8' },
    })
  }

  /** Runs a command to its end. */
  async run(...args: string[]): Promise<Outcome> {
    const child = this.start(args)
    const outcome = { stdout: '', stderr: '' }
    child.stdout?.on('data', (text) => {
      outcome.stdout += text
    })
    child.stderr?.on('data', (text) => {
      outcome.stderr += text
    })
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
    return { status, ...outcome }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
