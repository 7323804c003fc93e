import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { writeSnippets } from './documents'
import { at, ROOT } from './root'

/** Builds what tests run as built files, once for all of them. */
export default async function buildOnce(): Promise<void> {
  writeSnippets()
  await Promise.all([buildPart('code'), buildPart('client-types').catch(withoutTypes)])
}

/** A type error fails the tests of what is published, which then lacks its declarations, and no others. */
async function withoutTypes(error: Error): Promise<void> {
  process.stderr.write(`${error.message}\n`)
  await rm(at('packages/client/dist/index.d.ts'), { force: true })
}

type Part = 'packages' | 'code' | 'client-types' | 'package-types'

/** Runs this repository's build. @throws Error with what it prints, when it fails */
export async function buildPart(part: Part): Promise<void> {
  const build = ['--import', 'tsx', 'scripts/build.ts', part]
  await promisify(execFile)(process.execPath, build, { cwd: ROOT }).catch(
    ({ stderr }: { stderr: string }) => Promise.reject(new Error(stderr)),
  )
}
