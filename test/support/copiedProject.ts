import { spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { at } from './root'
import { CLI } from './runCli'

/** What a clone contains, as far as setup and deployment use it. */
const PARTS = [
  'scripts',
  'cloudfunctions',
  'packages',
  'miniprogram',
  'cos.config.ts',
  'package.json',
  'tsconfig.base.json',
  'tsconfig.package.json',
  '.gitignore',
  '.env.example',
]

/** Neither built nor installed by npm. */
const isSource = (path: string) =>
  !/[/\\](dist|miniprogram_dist|miniprogram_npm|node_modules)$/.test(path)

export interface Outcome {
  status: number | null
  stdout: string
  stderr: string
}

/** A copy of this repository that a test may configure and run commands in. */
export class CopiedProject {
  readonly folder: string
  /** Added to the environment of every command. */
  variables: Record<string, string> = {}

  constructor(folder: string) {
    this.folder = folder
    mkdirSync(folder, { recursive: true })
    for (const part of PARTS)
      cpSync(at(part), join(folder, part), { recursive: true, filter: isSource })
    mkdirSync(this.path('tmp'))
    symlinkSync(at('node_modules'), join(folder, 'node_modules'))
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts)
  }

  read(file: string): string {
    return readFileSync(this.path(file), 'utf8')
  }

  write(file: string, text: string, mode = 0o644): void {
    writeFileSync(this.path(file), text, { mode })
  }

  chmod(file: string, mode: number): void {
    chmodSync(this.path(file), mode)
  }

  /** Replaces texts of cos.config.ts. */
  configure(...changes: [from: string, to: string][]): void {
    let text = this.read('cos.config.ts')
    for (const [from, to] of changes) {
      if (!text.includes(from)) throw new Error(`cos.config.ts has no ${from}`)
      text = text.replace(from, to)
    }
    this.write('cos.config.ts', text)
  }

  /** Runs a command of the built tool in the project, without a terminal. */
  async run(
    name: string,
    args: string[] = [],
    variables: Record<string, string> = {},
  ): Promise<Outcome> {
    return this.#spawn([process.execPath, CLI, name, ...args], variables)
  }

  /** Runs a command that asks questions, and answers each. */
  async converse(
    name: string,
    args: string[],
    variables: Record<string, string>,
    answers: [question: string, answer: string][],
  ): Promise<Outcome> {
    const left = [...answers]
    let unread = ''
    return this.#spawn([process.execPath, CLI, name, ...args], variables, (text, type) => {
      unread += text
      const [question, answer] = left[0] ?? []
      if (question === undefined || !unread.includes(question)) return
      unread = ''
      left.shift()
      type(`${answer}\n`)
    })
  }

  /** Runs a line of the documentation. */
  async runLine(line: string): Promise<Outcome> {
    return this.#spawn(['sh', '-c', line], {})
  }

  async #spawn(
    [file = '', ...args]: string[],
    variables: Record<string, string>,
    hear?: (text: string, type: (answer: string) => void) => void,
  ): Promise<Outcome> {
    const { PATH = '', HOME = '' } = process.env
    const child = spawn(file, args, {
      cwd: this.folder,
      stdio: [hear ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      // Without keys and proxies of the test's environment. CloudBase's library packs into the folder for temporary
      // files, which concurrent deployments would share.
      env: {
        PATH,
        HOME,
        TMPDIR: this.path('tmp'),
        LANG: 'C.UTF-8',
        ...this.variables,
        ...variables,
      },
    })
    const outcome = { stdout: '', stderr: '' }
    child.stdout?.on('data', (text) => {
      outcome.stdout += text
      hear?.(String(text), (answer) => child.stdin?.write(answer))
    })
    child.stderr?.on('data', (text) => {
      outcome.stderr += text
    })
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
    return { status, ...outcome }
  }
}
