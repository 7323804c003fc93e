import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './root'

export interface PackedClient {
  /** A project of its own, outside the repository, with the package and nothing else installed. */
  project: string
  /** The installed package. */
  folder: string
  tarball: string
}

/** Packs the built client as `npm publish` would, and installs it by unpacking. */
export function packClient(): PackedClient {
  const project = mkdtempSync(join(tmpdir(), 'packed-client-'))
  const options = { cwd: join(ROOT, 'packages/client'), encoding: 'utf8' } as const
  // Built once before all tests: no need to build again.
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', project]
  const [packed] = JSON.parse(execFileSync('npm', pack, options))
  const tarball = join(project, packed.filename)
  const folder = join(project, 'node_modules/miniprogram-cos')
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components', '1'])
  return { project, folder, tarball }
}
