import { execFileSync, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { at } from '../project'
import { t } from '../text'

/** WeChat's tools are too large for the main installation, so they have their own lock file. */
const FOLDER = 'tools/wechat'

const SYSTEM: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'mac',
  linux: 'linux',
  win32: 'windows',
}

const stamp = () => at(FOLDER, 'node_modules/.installed')

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(at(FOLDER, 'package-lock.json')))
    .digest('hex')

/** Whether WeChat's tools are installed according to their lock file. */
export function hasWechatTools(): boolean {
  return existsSync(stamp()) && readFileSync(stamp(), 'utf8') === lockHash()
}

/** Installs WeChat's tools (280 MB) if they are missing, without install scripts. Takes less than a minute. */
export function installWechatTools(): void {
  if (hasWechatTools()) return
  console.log(t(`Installing ${FOLDER}, 280 MB …`, `正在安装 ${FOLDER}（280 MB）…`))
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: at(FOLDER),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  writeFileSync(stamp(), lockHash())
}

/**
 * WeChat's compilers of templates and styles, which are published without the permission to run.
 * @throws Error on an unsupported platform
 */
export function compilerPath(name: 'wcc' | 'wcsc'): string {
  const system = SYSTEM[process.platform]
  if (!system || (system === 'linux' && process.arch !== 'x64')) {
    throw new Error(`WeChat has no ${name} for ${process.platform} on ${process.arch}`)
  }
  const path = `${at(FOLDER, 'node_modules/miniprogram-compiler/bin')}/${system}/${name}${system === 'windows' ? '.exe' : ''}`
  if ((statSync(path).mode & 0o111) === 0) chmodSync(path, 0o755)
  return path
}

interface Tasks {
  /** "Build npm" of DevTools. */
  buildNpm: {
    details: { packageJsonPath: string; miniprogramNpmDistDir: string }
    answer: {
      miniProgramPackNum: number
      otherNpmPackNum: number
      warnList: { jsPath: string; msg: string; startLine?: number }[]
      /** Errors that the builder reports without stopping. */
      printed: string[]
    }
  }
  /** The compile before an upload, into a folder, and references that it cannot resolve. */
  compile: {
    details: { projectPath: string; out: string }
    answer: { paths: string[]; warnings: string[] }
  }
  /** Documents against the schemas of DevTools. */
  validate: {
    details: { documents: { schema: string; value: unknown }[] }
    answer: { path: (string | number)[]; message: string }[][]
  }
}

/** A failure of WeChat's builder, with its message and file. */
export class MiniprogramCiError extends Error {
  constructor(
    message: string,
    readonly path = '',
  ) {
    super(message)
  }
}

/** Timeout of a task, which takes up to ten seconds on a busy machine. */
const TIMEOUT_MS = 180_000

/**
 * Runs one task of WeChat's builder, in a separate process that ends with the result.
 * @throws MiniprogramCiError if the task fails
 * @throws Error with the end of its output, if it ends without a result or times out
 */
export async function runMiniprogramCi<Q extends keyof Tasks>(
  task: Q,
  details: Tasks[Q]['details'],
): Promise<Tasks[Q]['answer']> {
  // The builder creates an empty folder in its working directory.
  const cwd = await mkdtemp(join(tmpdir(), 'wechat-builder-'))
  try {
    return await new Promise((resolve, reject) => {
      const builder = fork(at(FOLDER, 'builder.js'), {
        cwd,
        execArgv: [],
        silent: true,
        timeout: TIMEOUT_MS,
      })
      let printed = ''
      for (const stream of [builder.stdout, builder.stderr]) {
        stream?.on('data', (chunk) => {
          printed = (printed + chunk).slice(-2000)
        })
      }
      let message: Message<Tasks[Q]['answer']> = {}
      builder.once('message', (sent: typeof message) => {
        message = sent
      })
      builder.once('error', reject)
      builder.once('exit', () => {
        const { answer, failure } = message
        if (answer) resolve(answer)
        else if (failure) reject(new MiniprogramCiError(failure.message, failure.path))
        else reject(new Error(`${task}: the builder gave no answer\n${printed}`))
      })
      builder.send({ question: task, ...details })
    })
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
}

interface Message<Answer> {
  answer?: Answer
  failure?: { message: string; path?: string }
}
