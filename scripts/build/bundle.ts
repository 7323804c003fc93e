import { type BuildOptions, build } from 'esbuild'
import { ROOT } from './root'
import { writeWhole } from './writeWhole'

export const shared: BuildOptions = {
  bundle: true,
  // Fields without a value stay absent, in every bundle alike.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, alwaysStrict: true } },
  logLevel: 'warning',
  absWorkingDir: ROOT,
  write: false,
}

/** What runs on the desk and in cloud functions. */
export const node: BuildOptions = { platform: 'node', target: 'node20', format: 'cjs' }

/** Bundles, and writes what has changed. */
export async function bundle(options: BuildOptions): Promise<void> {
  const { outputFiles = [] } = await build({ ...shared, ...options })
  for (const { path, contents } of outputFiles) await writeWhole(path, contents)
}
