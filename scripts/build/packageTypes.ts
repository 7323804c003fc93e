import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'
import { writeWhole } from '../../packages/cli/src/deploy/bundle'
import { at } from './root'

const PROTOCOL = '@miniprogram-cos/protocol'

/** Entries with declarations, by package. The command line tool has none: it is run, not imported. */
const ENTRIES: Record<string, Record<string, string>> = {
  server: { index: 'index' },
  'local-cloud': { index: 'index' },
  simulator: { index: 'index', preview: 'preview/index' },
  components: {
    index: 'index',
    ...Object.fromEntries(
      ['tdesign', 'vant', 'uniApp', 'nutui'].map((name) => [
        `adapters/${name}`,
        `adapters/${name}`,
      ]),
    ),
  },
}

/** Builds one declaration file for each entry. What it mentions of the private protocol package is part of it. */
export async function buildPackageTypes(): Promise<void> {
  // A declaration for each source, as the type check emits them into `.types`.
  const projects = Object.keys(ENTRIES).map((folder) => at('packages', folder))
  const compiler = at('node_modules/typescript/bin/tsc')
  await promisify(execFile)(process.execPath, [compiler, '-b', ...projects]).catch(
    ({ stdout }: { stdout: string }) => Promise.reject(new Error(stdout)),
  )
  for (const [folder, entries] of Object.entries(ENTRIES)) {
    const { exports } = JSON.parse(readFileSync(at('packages', folder, 'package.json'), 'utf8'))
    for (const [name, file] of Object.entries(entries)) {
      const text = await bundleDeclarations(folder, file)
      await writeWhole(at('packages', folder, `dist/${name}.d.ts`), text)
      if (JSON.stringify(exports).includes(`${name}.d.mts`)) {
        await writeWhole(at('packages', folder, `dist/${name}.d.mts`), text)
      }
    }
  }
}

async function bundleDeclarations(folder: string, entry: string): Promise<string> {
  const protocol = at('packages/protocol/.types/index.d.ts')
  const bundle = await rollup({
    input: at('packages', folder, '.types', `${entry}.d.ts`),
    external: (id) => id !== PROTOCOL && !id.startsWith('.') && !id.startsWith('/'),
    plugins: [
      { name: 'protocol', resolveId: (id) => (id === PROTOCOL ? protocol : null) },
      dts({ compilerOptions: { types: ['node'], paths: { [PROTOCOL]: [protocol] } } }),
    ],
    onLog: (level, { message }) => {
      if (level === 'warn') throw new Error(`${folder}: ${message}`)
    },
  })
  const { output } = await bundle.generate({ format: 'es' })
  await bundle.close()
  return output[0].code
}
