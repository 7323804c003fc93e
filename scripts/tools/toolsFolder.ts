import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { at } from '../build/root'

/** A folder of `tools/` with a lock file of its own: what is too large to be installed with the rest. */
export type ToolsFolder = 'wechat'

const SIZES: Record<ToolsFolder, string> = { wechat: '280 MB' }

const stamp = (name: ToolsFolder) => at(`tools/${name}/node_modules/.installed`)

const locked = (name: ToolsFolder) =>
  createHash('sha256')
    .update(readFileSync(at(`tools/${name}/package-lock.json`)))
    .digest('hex')

/** Whether what the lock file says is installed. */
export function hasTools(name: ToolsFolder): boolean {
  return existsSync(stamp(name)) && readFileSync(stamp(name), 'utf8') === locked(name)
}

/** Installs what the lock file says, without running any install script. Under a minute. */
export function installTools(name: ToolsFolder): void {
  if (hasTools(name)) return
  console.log(`Installing what tools/${name} holds, ${SIZES[name]} …`)
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: at(`tools/${name}`),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  writeFileSync(stamp(name), locked(name))
}
