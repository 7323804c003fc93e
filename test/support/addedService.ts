import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadModule, type Simulator } from '@miniprogram-cos/simulator'
import { transform } from 'esbuild'

/** The module that `init` adds to an app. */
export interface AddedService {
  upload: (path: string) => Promise<{ Key: string; ETag: string }>
}

/**
 * Loads it on a simulated phone, with the client as "Build npm" copies it.
 * @param file the module in the app, JavaScript or TypeScript
 * @param client folder `miniprogram_dist` of the client
 */
export async function loadAddedService(
  simulator: Simulator,
  folder: string,
  file: string,
  client: string,
): Promise<AddedService> {
  const built = mkdtempSync(join(folder, 'built-'))
  const packages = join(built, 'miniprogram_npm')
  cpSync(client, join(packages, 'miniprogram-cos'), { recursive: true })
  const loader = file.endsWith('.ts') ? 'ts' : 'js'
  const { code } = await transform(readFileSync(file, 'utf8'), { loader, format: 'cjs' })
  const script = join(built, 'cos.js')
  writeFileSync(script, code)
  return loadModule<AddedService>(script, { wx: simulator.wx, packages })
}

/** A picture on a phone. @returns its path */
export function pictureOn({ wx, realPath }: Simulator): string {
  const path = `${wx.env.USER_DATA_PATH}/picture.png`
  writeFileSync(realPath(path), 'picture')
  return path
}
