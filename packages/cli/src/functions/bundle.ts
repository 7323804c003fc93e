import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { projectRoot } from '../project'

/** Options of all bundles of this kit. */
export const SHARED_OPTIONS: BuildOptions = {
  bundle: true,
  // Class fields without a value are not defined, in all bundles.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, alwaysStrict: true } },
  logLevel: 'warning',
  write: false,
}

/** Options of bundles for Node. */
export const NODE_OPTIONS: BuildOptions = { platform: 'node', target: 'node20', format: 'cjs' }

/** Options of a cloud function. */
export const FUNCTION_OPTIONS: BuildOptions = {
  ...NODE_OPTIONS,
  // The oldest runtime of CloudBase that the SDKs support.
  target: 'node16',
  minify: true,
  legalComments: 'none',
}

/** Bundles, and writes the changed files. */
export async function bundle(options: BuildOptions): Promise<void> {
  const absWorkingDir = projectRoot()
  const { outputFiles = [] } = await build({ ...SHARED_OPTIONS, absWorkingDir, ...options })
  for (const { path, contents } of outputFiles) await writeWhole(path, contents)
}

/** Writes a file atomically. A file with the same contents is not touched. */
export async function writeWhole(path: string, contents: Uint8Array | string): Promise<void> {
  const bytes = Buffer.from(contents)
  const present = await readFile(path).catch(() => undefined)
  if (present?.equals(bytes)) return
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}`
  await writeFile(temporary, bytes)
  await rename(temporary, path)
}
