import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './build/root'

const VERSION = /(static readonly version: string = )'[^']+'/

/**
 * Turns the changesets in `.changeset` into the client's next version and changelog, and writes that version
 * into the client's source, where `COS.version` reports it.
 * @returns the next version; the present one if there is nothing to release
 */
export function applyChangesets(root: string): string {
  const changeset = join(ROOT, 'node_modules/@changesets/cli/bin.js')
  execFileSync(process.execPath, [changeset, 'version'], { cwd: root, stdio: 'pipe' })
  const { version } = JSON.parse(readFileSync(join(root, 'packages/client/package.json'), 'utf8'))
  const folder = join(root, 'packages/client/src')
  const file = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .find((path) => path.endsWith('.ts') && VERSION.test(readFileSync(path, 'utf8')))
  if (!file) throw new Error('no source of the client declares its version')
  const source = readFileSync(file, 'utf8')
  writeFileSync(file, source.replace(VERSION, `$1'${version}'`))
  return version
}

if (require.main === module) {
  console.log(`miniprogram-cos ${applyChangesets(ROOT)}`)
  execFileSync('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund'], {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
}
