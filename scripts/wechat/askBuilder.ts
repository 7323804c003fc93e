import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUILDER } from './tools'

interface Questions {
  /** "Build npm" of DevTools. */
  buildNpm: {
    details: { packageJsonPath: string; miniprogramNpmDistDir: string }
    answer: {
      miniProgramPackNum: number
      otherNpmPackNum: number
      warnList: { jsPath: string; msg: string; startLine?: number }[]
      /** What it reports as an error and goes on. */
      printed: string[]
    }
  }
  /** The compile before an upload, into a folder, and what that refers to and cannot find. */
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

/** WeChat's builder gave up: its own words, and the file that it names. */
export class BuilderFailure extends Error {
  constructor(
    message: string,
    readonly path = '',
  ) {
    super(message)
  }
}

/** Far above the ten seconds of a busy machine: only a builder that hangs takes this long. */
const PATIENCE = 180_000

/**
 * Asks WeChat's builder one question, in a process of its own that ends with the answer.
 * @throws BuilderFailure if that is the answer
 * @throws Error with the last of what it printed, if it ends without an answer or never ends
 */
export async function askBuilder<Q extends keyof Questions>(
  question: Q,
  details: Questions[Q]['details'],
): Promise<Questions[Q]['answer']> {
  // It leaves an empty folder wherever it runs.
  const cwd = await mkdtemp(join(tmpdir(), 'wechat-builder-'))
  try {
    return await new Promise((resolve, reject) => {
      const builder = fork(BUILDER, { cwd, execArgv: [], silent: true, timeout: PATIENCE })
      let printed = ''
      for (const stream of [builder.stdout, builder.stderr]) {
        stream?.on('data', (chunk) => {
          printed = (printed + chunk).slice(-2000)
        })
      }
      let message: Message<Questions[Q]['answer']> = {}
      builder.once('message', (sent: typeof message) => {
        message = sent
      })
      builder.once('error', reject)
      builder.once('exit', () => {
        const { answer, failure } = message
        if (answer) resolve(answer)
        else if (failure) reject(new BuilderFailure(failure.message, failure.path))
        else reject(new Error(`${question}: the builder gave no answer\n${printed}`))
      })
      builder.send({ question, ...details })
    })
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
}

interface Message<Answer> {
  answer?: Answer
  failure?: { message: string; path?: string }
}
