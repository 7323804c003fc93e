import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
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

/** Shows what a release would publish, from a copy of the repository. Nothing is published, and nothing here changes. */
function dryRun(): void {
  const copy = mkdtempSync(join(tmpdir(), 'release-'))
  try {
    execFileSync('git', ['clone', '-q', '--shared', ROOT, copy])
    console.log(`next version: ${applyChangesets(copy)}`)
    for (const folder of readdirSync(join(ROOT, 'packages'))) {
      const { private: isPrivate } = JSON.parse(
        readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8'),
      )
      if (isPrivate) continue
      const pack = ['pack', '--dry-run', '--json', '--ignore-scripts']
      const options = { cwd: join(ROOT, 'packages', folder), encoding: 'utf8' } as const
      const [{ name, files, size }] = JSON.parse(execFileSync('npm', pack, options))
      console.log(`${name}: ${files.length} files, ${Math.ceil(size / 1024)} KB packed`)
    }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

if (require.main === module && process.argv.includes('--dry-run')) {
  dryRun()
} else if (require.main === module) {
  console.log(`miniprogram-cos ${applyChangesets(ROOT)}`)
  execFileSync('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund'], {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
}
