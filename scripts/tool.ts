import { spawnSync } from 'node:child_process'
import { ROOT } from './build/root'
import { contributingTool } from './tools/contributing'
import { installTools } from './tools/toolsFolder'

const [name = '', ...given] = process.argv.slice(2)
installTools('contributing')
const { status } = spawnSync(contributingTool(name), given, {
  cwd: ROOT,
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
process.exitCode = status ?? 1
