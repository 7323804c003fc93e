import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DeployedFunction } from '@miniprogram-cos/local-cloud'
import { configFile, hasFunctionSources, KIT_FUNCTIONS, projectRoot } from '../project'

/** Names of the functions that `build` writes and `deploy` uploads. */
export function functionNames(root = projectRoot()): string[] {
  if (!hasFunctionSources(root)) return existsSync(configFile(root)) ? [...KIT_FUNCTIONS] : []
  const folder = join(root, 'cloudfunctions')
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'src/index.ts')))
    .sort()
}

/** The folder that DevTools uploads functions from, relative to the root: `cloudfunctionRoot`, without a slash at its end. */
export function functionRoot(root = projectRoot()): string {
  if (hasFunctionSources(root)) return 'dist/cloudfunctions'
  // DevTools lets the private file override this setting.
  for (const name of ['project.private.config.json', 'project.config.json']) {
    const configured = readJson(join(root, name)).cloudfunctionRoot
    if (typeof configured === 'string' && configured !== '') {
      return configured.replace(/^\.?\/+|\/+$/g, '') || '.'
    }
  }
  return 'cloudfunctions'
}

/** Absolute path of a built function. */
export function functionFile(name: string, root = projectRoot()): string {
  return join(root, functionRoot(root), name, 'index.js')
}

/** All cloud functions of the project: the built functions of the kit, and the app's own. */
export function deployedFunctions(root = projectRoot()): DeployedFunction[] {
  const built = functionNames(root)
  return [
    ...built.map((name) => ({ name, file: functionFile(name, root) })),
    ...(hasFunctionSources(root) ? [] : appFunctions(root)),
  ]
}

/** An app's own functions: each folder of `cloudfunctionRoot` with a script that Node would load. */
function appFunctions(root: string): DeployedFunction[] {
  const folder = join(root, functionRoot(root))
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.isDirectory() && !KIT_FUNCTIONS.some((name) => name === one.name))
    .flatMap(({ name }) => {
      const { main } = readJson(join(folder, name, 'package.json'))
      const file = join(folder, name, typeof main === 'string' ? main : 'index.js')
      return existsSync(file) ? [{ name, file }] : []
    })
}

function readJson(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''))
  } catch {
    return {}
  }
}
