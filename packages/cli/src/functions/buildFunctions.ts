import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  functionFile,
  functionNames,
  hasFunctionSources,
  loadConfig,
  projectRoot,
} from '../project'
import { buildAppFunction, refuseForeign } from './buildAppFunction'
import { bundle, FUNCTION_OPTIONS, writeWhole } from './bundle'
import { deferModules } from './deferModules'

export { bundle, NODE_OPTIONS, SHARED_OPTIONS, writeWhole } from './bundle'

/**
 * Builds a cloud function: one file that contains its SDKs, and a package.json without dependencies.
 * @throws Error for an invalid access rule
 */
export async function buildFunction(name: string): Promise<void> {
  const { checkConfig } = await import('@miniprogram-cos/server')
  checkConfig(await loadConfig())
  if (!hasFunctionSources()) return buildAppFunction(name)
  const folder = join(projectRoot(), 'cloudfunctions', name)
  const outfile = functionFile(name)
  await bundle({
    ...FUNCTION_OPTIONS,
    entryPoints: [join(folder, 'src/index.ts')],
    outfile,
    plugins: [deferModules(projectRoot())],
  })
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const description = { name, version, main: 'index.js', private: true }
  await writeWhole(
    join(dirname(outfile), 'package.json'),
    `${JSON.stringify(description, null, 2)}\n`,
  )
}

/** Builds all cloud functions of the project. @returns their names */
export async function buildFunctions(): Promise<string[]> {
  const names = functionNames()
  if (!hasFunctionSources()) for (const name of names) refuseForeign(name)
  await Promise.all(names.map(buildFunction))
  return names
}
