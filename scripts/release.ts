import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './build/root'

const VERSION = /(static readonly version: string = )'[^']+'/

/**
 * Turns the changesets in `.changeset` into the next version and changelog of all packages, and writes that version
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

/**
 * Does what a release does, without npm's registry: prints the next version from a copy of the repository, publishes the
 * packages to a registry on this machine, and creates an app from them that uploads. Nothing here changes.
 */
async function dryRun(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'release-'))
  const { buildPackages } = await import('./build')
  await buildPackages()
  const { startLocalRegistry } = await import('../test/support/localRegistry')
  const copy = join(folder, 'copy')
  const registry = await startLocalRegistry((name, { files, size }) =>
    console.log(`${name}: ${files.length} files, ${Math.ceil(size / 1024)} KB packed`),
  )
  try {
    execFileSync('git', ['clone', '-q', '--shared', ROOT, copy])
    console.log(`next version: ${applyChangesets(copy)}`)
    const app = join(folder, 'app')
    const create = ['create', 'miniprogram-cos@latest', 'app', '--', '--template', 'native-js']
    await registry.run(folder, 'npm', ...create)
    await registry.run(app, 'npm', 'install')
    const once = ['start', '--', '--once', '--ports', '0', 'package.json']
    console.log(await registry.run(app, 'npm', ...once))
  } finally {
    registry.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const USAGE = `Usage: npx tsx scripts/release.ts [--dry-run]

Turns the changesets into the next version and changelog of all packages.

Options:
  --dry-run  publishes to a registry on this machine, and creates an app from it that uploads; changes nothing here`

if (require.main === module && process.argv.includes('--help')) {
  console.log(USAGE)
} else if (require.main === module && process.argv.includes('--dry-run')) {
  dryRun().catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
} else if (require.main === module) {
  console.log(`miniprogram-cos ${applyChangesets(ROOT)}`)
  execFileSync('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund'], {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
}
