import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ROOT } from './root'

type Part = 'packages' | 'code' | 'client-types' | 'package-types'

/** Runs this repository's build. @throws Error with what it prints, when it fails */
export async function buildPart(part: Part): Promise<void> {
  const build = ['--import', 'tsx', 'scripts/build.ts', part]
  await promisify(execFile)(process.execPath, build, { cwd: ROOT }).catch(
    ({ stderr }: { stderr: string }) => Promise.reject(new Error(stderr)),
  )
}
