import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './build/root'

/** One compiler run per world: what the phone, Node, the tests and the demo each may use. */
const WORLDS = [
  'tsconfig.wx.json',
  'tsconfig.phone.json',
  'tsconfig.node.json',
  'tsconfig.browser.json',
  'tsconfig.test.json',
  'miniprogram',
]

let failed = false
for (const world of WORLDS) {
  const { status } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', world], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  if (status !== 0) {
    console.error(`type errors in ${world}`)
    failed = true
  }
}
process.exitCode = failed ? 1 : 0
