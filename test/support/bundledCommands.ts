import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { at } from '../../scripts/build/root'

/** The packages of this repository that are read as sources; all else is where npm put it. */
const OWN = /^@miniprogram-cos\/(server|protocol)$/

/** A user edits it between two runs: it is bundled anew for each, as a file of its own. */
const CONFIG = /^(\.\.\/)+cos\.config$/

const outside: Plugin = {
  name: 'outside',
  setup({ onResolve }) {
    onResolve({ filter: CONFIG }, () => ({ path: './cos.config.js', external: true }))
    onResolve({ filter: /^[@a-z]/ }, ({ path, kind }) =>
      kind === 'entry-point' || OWN.test(path) ? undefined : { external: true },
    )
  },
}

const options: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  write: false,
  plugins: [outside],
  // Packages are loaded as tsx loads them, by require.
  supported: { 'dynamic-import': false },
  // What is a command when it is run by itself is none inside another.
  define: { 'require.main': 'null' },
}

const bundles = new Map<string, Promise<string>>()

async function bundle(file: string): Promise<string> {
  const { outputFiles = [] } = await build({ ...options, entryPoints: [file] })
  return outputFiles[0]?.text ?? ''
}

/**
 * A command of a copied project in one file, which Node starts in half the time that tsx needs.
 * @param folder the project, whose scripts are those of this repository
 * @returns the file, where `__dirname` leads to the project as it does from its sources
 */
export async function bundleCommand(folder: string, name: string): Promise<string> {
  const source = at('scripts', `${name}.ts`)
  if (!bundles.has(name)) bundles.set(name, bundle(source))
  const file = join(folder, 'scripts/build', `${basename(name)}.command.js`)
  mkdirSync(join(folder, 'scripts/build'), { recursive: true })
  writeFileSync(file, (await bundles.get(name)) ?? '')
  writeFileSync(
    join(folder, 'scripts/build/cos.config.js'),
    await bundle(join(folder, 'cos.config.ts')),
  )
  return file
}
