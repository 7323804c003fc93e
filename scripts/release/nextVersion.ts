import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { contributingTool } from '../tools/contributing'

/** Where the client says its version to those who run it. */
const SAID_IN = 'packages/client/src/uploadCos.ts'

/**
 * Turns the changes in `.changeset` into the client's next version and its change log.
 * @returns the version; the one it had if there is nothing to release
 */
export function nextVersion(root: string): string {
  execFileSync(contributingTool('changeset'), ['version'], {
    cwd: root,
    stdio: 'pipe',
    shell: process.platform === 'win32',
  })
  const { version } = JSON.parse(readFileSync(join(root, 'packages/client/package.json'), 'utf8'))
  const source = readFileSync(join(root, SAID_IN), 'utf8')
  const said = source.replace(/(static readonly version: string = )'[^']+'/, `$1'${version}'`)
  writeFileSync(join(root, SAID_IN), said)
  return version
}
