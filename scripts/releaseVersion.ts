import { execFileSync } from 'node:child_process'
import { ROOT } from './build/root'
import { nextVersion } from './release/nextVersion'
import { installTools } from './tools/toolsFolder'

installTools('contributing')
console.log(`miniprogram-cos ${nextVersion(ROOT)}`)
execFileSync('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund'], {
  cwd: ROOT,
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
