import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { loadModule, type Simulator } from '@miniprogram-cos/simulator'
import { transform } from 'esbuild'
import { CLI, type Outcome, outcomeOf, runInProcess } from './commandLine'
import { readProject, writeProject } from './projectFiles'

/** Small mini programs of different shapes, each a text in test/cli/apps. */
export const APPS = [
  'plain-js',
  'typescript',
  'custom-root',
  'own-functions',
  'sub-packages',
  'cloudbaserc',
] as const

/** A copy of a fixture app, outside of this repository, with commands run in it as its developer would. */
export class AppCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'app-'))

  constructor(name: (typeof APPS)[number]) {
    writeProject(readProject(`test/cli/apps/${name}.txtar`), this.folder)
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts)
  }

  read(file: string): string {
    return readFileSync(this.path(file), 'utf8')
  }

  /** Every file with its contents. */
  contents(): Record<string, string> {
    const entries = readdirSync(this.folder, { recursive: true, withFileTypes: true })
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.folder, join(entry.parentPath, entry.name)))
    return Object.fromEntries(paths.sort().map((path) => [path, this.read(path)]))
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

  /** Runs a command to its end, in the process of the test. */
  run(...args: string[]): Promise<Outcome> {
    return runInProcess(args, { cwd: this.folder })
  }

  /** Runs a command of the built tool to its end. */
  runBuilt(...args: string[]): Promise<Outcome> {
    return outcomeOf(this.start(args))
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The module that `init` adds to an app. */
export interface AddedService {
  upload: (path: string) => Promise<{ Key: string; ETag: string }>
}

/**
 * Loads it on a simulated phone, with the client as "Build npm" copies it.
 * @param file the module in the app, JavaScript or TypeScript
 * @param client folder `miniprogram_dist` of the client
 */
export async function loadAddedService(
  simulator: Simulator,
  folder: string,
  file: string,
  client: string,
): Promise<AddedService> {
  const built = mkdtempSync(join(folder, 'built-'))
  const packages = join(built, 'miniprogram_npm')
  cpSync(client, join(packages, 'miniprogram-cos'), { recursive: true })
  const loader = file.endsWith('.ts') ? 'ts' : 'js'
  const { code } = await transform(readFileSync(file, 'utf8'), { loader, format: 'cjs' })
  const script = join(built, 'cos.js')
  writeFileSync(script, code)
  return loadModule<AddedService>(script, { wx: simulator.wx, packages })
}

/** A picture on a phone. @returns its path */
export function pictureOn({ wx, realPath }: Simulator): string {
  const path = `${wx.env.USER_DATA_PATH}/picture.png`
  writeFileSync(realPath(path), 'picture')
  return path
}

/** Kills `init` at random points of its run, and expects the next run to complete what it has begun. */
export async function killInit(rounds: number): Promise<void> {
  const whole = new AppCopy('cloudbaserc')
  const started = Date.now()
  await whole.runBuilt('init', '--yes')
  const duration = Date.now() - started
  const expected = whole.contents()
  whole.remove()
  for (let round = 0; round < rounds; round++) {
    const app = new AppCopy('cloudbaserc')
    const child = app.start(['init', '--yes'])
    const closed = new Promise((resolve) => child.on('close', resolve))
    const delay = Math.round((duration * (round + Math.random())) / rounds)
    setTimeout(() => child.kill('SIGKILL'), delay)
    await closed
    const { status, stderr } = await app.run('init', '--yes')
    expect({ round, delay, status, stderr }).toEqual({ round, delay, status: 0, stderr: '' })
    expect(app.contents()).toEqual(expected)
    app.remove()
  }
}
