import { chmodSync, statSync } from 'node:fs'
import { at } from '../build/root'
import { hasTools, installTools } from '../tools/toolsFolder'

const BINARIES = at('tools/wechat/node_modules/miniprogram-compiler/bin')
const SYSTEM: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'mac',
  linux: 'linux',
  win32: 'windows',
}

export const BUILDER = at('tools/wechat/builder.js')

/** Installs WeChat's own tools, if they are not there as locked. */
export function installWechatTools(): void {
  if (!hasTools('wechat')) installTools('wechat')
}

/**
 * WeChat's compilers of templates and styles, which are published without the permission to run.
 * @throws Error on a machine they were not made for
 */
export function compilerPath(name: 'wcc' | 'wcsc'): string {
  const system = SYSTEM[process.platform]
  if (!system || (system === 'linux' && process.arch !== 'x64')) {
    throw new Error(`WeChat has no ${name} for ${process.platform} on ${process.arch}`)
  }
  const path = `${BINARIES}/${system}/${name}${system === 'windows' ? '.exe' : ''}`
  if ((statSync(path).mode & 0o111) === 0) chmodSync(path, 0o755)
  return path
}
