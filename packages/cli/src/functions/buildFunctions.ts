import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { checkConfig } from '@miniprogram-cos/server'
import { type BuildOptions, build } from 'esbuild'
import { functionFile, functionNames, loadConfig, projectRoot } from '../project'
import { deferModules } from './deferModules'

/** Options of every bundle of this kit. */
export const SHARED_OPTIONS: BuildOptions = {
  bundle: true,
  // Fields without a value are not defined, in every bundle alike.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, alwaysStrict: true } },
  logLevel: 'warning',
  write: false,
}

/** Options of what runs on a computer or in a cloud function. */
export const NODE_OPTIONS: BuildOptions = { platform: 'node', target: 'node20', format: 'cjs' }

/** Bundles, and writes the files that have changed. */
export async function bundle(options: BuildOptions): Promise<void> {
  const absWorkingDir = projectRoot()
  const { outputFiles = [] } = await build({ ...SHARED_OPTIONS, absWorkingDir, ...options })
  for (const { path, contents } of outputFiles) await writeWhole(path, contents)
}

/** Writes a file in one step, so that no reader sees half of it; does not touch a file with the same contents. */
export async function writeWhole(path: string, contents: Uint8Array | string): Promise<void> {
  const bytes = Buffer.from(contents)
  const present = await readFile(path).catch(() => undefined)
  if (present?.equals(bytes)) return
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}`
  await writeFile(temporary, bytes)
  await rename(temporary, path)
}

/**
 * Builds a cloud function: one file that contains its SDKs, and a package.json without dependencies.
 * @throws Error for an access rule that is not valid, so that it is found before a user's first upload
 */
export async function buildFunction(name: string): Promise<void> {
  checkConfig(await loadConfig())
  const folder = join(projectRoot(), 'cloudfunctions', name)
  const outfile = functionFile(name)
  await bundle({
    ...NODE_OPTIONS,
    entryPoints: [join(folder, 'src/index.ts')],
    outfile,
    // The oldest runtime of CloudBase that the SDKs support.
    target: 'node16',
    minify: true,
    legalComments: 'none',
    plugins: [deferModules],
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
  await Promise.all(names.map(buildFunction))
  return names
}
