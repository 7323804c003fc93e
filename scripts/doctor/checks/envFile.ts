import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { at, ROOT } from '../../build/root'
import { CloudFault } from '../../cloud/cloudFault'
import type { Check } from '../check'

/** Keys that others can read are everybody's. */
export const envFile: Check = {
  name: { en: '.env is private', zh: '.env 未外泄' },
  async run() {
    const file = at('.env')
    if (!existsSync(file)) return
    const isWindows = process.platform === 'win32'
    if (!isWindows && statSync(file).mode & 0o077) throw new CloudFault('EnvFileExposed')
    // 1: not ignored; 128: no repository, or no git.
    const { status } = spawnSync('git', ['check-ignore', '-q', '.env'], { cwd: ROOT })
    if (status === 1) throw new CloudFault('EnvFileTracked')
    return
  },
}
