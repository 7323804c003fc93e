import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { at } from '../build/root'

/** WeChat's tools have a folder of their own: 280 MB that nothing else needs. */
const FOLDER = at('tools/wechat')
const STAMP = at('tools/wechat/node_modules/.installed')
const BINARIES = `${FOLDER}/node_modules/miniprogram-compiler/bin`
const SYSTEM: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'mac',
  linux: 'linux',
  win32: 'windows',
}

export const BUILDER = at('tools/wechat/builder.js')

const locked = () =>
  createHash('sha256')
    .update(readFileSync(`${FOLDER}/package-lock.json`))
    .digest('hex')

/** Whether what the lock file says is installed. */
export function hasTools(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === locked()
}

/** Installs WeChat's tools as locked, without running any of their install scripts. Under a minute. */
export function installTools(): void {
  if (hasTools()) return
  console.log('Installing WeChat’s builder and compilers into tools/wechat, 280 MB …')
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', ['ci', ...options], {
    cwd: FOLDER,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  // Published without the permission to run.
  for (const name of ['wcc', 'wcsc'] as const) chmodSync(compilerPath(name), 0o755)
  writeFileSync(STAMP, locked())
}

/**
 * WeChat's compilers of templates and styles.
 * @throws Error on a machine they were not made for
 */
export function compilerPath(name: 'wcc' | 'wcsc'): string {
  const system = SYSTEM[process.platform]
  if (!system || (system === 'linux' && process.arch !== 'x64')) {
    throw new Error(`WeChat has no ${name} for ${process.platform} on ${process.arch}`)
  }
  return `${BINARIES}/${system}/${name}${system === 'windows' ? '.exe' : ''}`
}
