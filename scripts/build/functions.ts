import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { checkConfig } from '@miniprogram-cos/server'
import { config } from '../../cos.config'
import { bundle, node } from './bundle'
import { deferModules } from './deferModules'
import { at } from './root'
import { writeWhole } from './writeWhole'

/** Names of the cloud functions; each has a folder in cloudfunctions. */
export const FUNCTIONS = readdirSync(at('cloudfunctions'))
  .filter((name) => existsSync(at('cloudfunctions', name, 'src/index.ts')))
  .sort()

/** Absolute path of a built function, in the folder that DevTools uploads from. */
export function functionFile(name: string): string {
  return at('dist/cloudfunctions', name, 'index.js')
}

/** Builds a cloud function: one file that includes its SDKs, and a package.json without dependencies. */
export async function buildFunction(name: string): Promise<void> {
  // A wrong access rule fails the build, not a user's first upload.
  checkConfig(config)
  const outfile = functionFile(name)
  await bundle({
    ...node,
    entryPoints: [at('cloudfunctions', name, 'src/index.ts')],
    outfile,
    // The oldest runtime of CloudBase that the SDKs support.
    target: 'node16',
    minify: true,
    legalComments: 'none',
    plugins: [deferModules],
  })
  const { version } = JSON.parse(await readFile(at('cloudfunctions', name, 'package.json'), 'utf8'))
  const description = { name, version, main: 'index.js', private: true }
  await writeWhole(
    join(dirname(outfile), 'package.json'),
    `${JSON.stringify(description, null, 2)}\n`,
  )
}
