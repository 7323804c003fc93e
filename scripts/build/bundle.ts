import { type BuildOptions, build } from 'esbuild'
import { ROOT } from './root'
import { writeWhole } from './writeWhole'

export const shared: BuildOptions = {
  bundle: true,
  // Class fields without an initial value are not defined, in every bundle alike.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, alwaysStrict: true } },
  logLevel: 'warning',
  absWorkingDir: ROOT,
  write: false,
}

/** What runs in Node: commands, the local cloud, cloud functions. */
export const node: BuildOptions = { platform: 'node', target: 'node20', format: 'cjs' }

/** Bundles, and writes the files that have changed. */
export async function bundle(options: BuildOptions): Promise<void> {
  const { outputFiles = [] } = await build({ ...shared, ...options })
  for (const { path, contents } of outputFiles) await writeWhole(path, contents)
}
