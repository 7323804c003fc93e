import { readFileSync } from 'node:fs'
import { build } from 'esbuild'
import { at } from './build/root'
import { writeWhole } from './build/writeWhole'

/** The document that is made here. */
export const LICENCES = at('docs/LICENCES.md')

interface Product {
  name: string
  entries: string[]
  platform: 'node' | 'browser'
  external?: string[]
}

/** Everything that is bundled into one file, from where it begins. */
const PRODUCTS: Product[] = [
  { name: 'The client', entries: ['packages/client/src/index.ts'], platform: 'browser' },
  {
    name: 'The cloud functions',
    entries: ['cos-credentials', 'cos-signature'].map(
      (name) => `cloudfunctions/${name}/src/index.ts`,
    ),
    platform: 'node',
  },
  {
    name: 'The local cloud',
    entries: ['packages/local-cloud/src/command/main.ts'],
    platform: 'node',
    external: ['classic-level', 'abstract-level', 'sharp'],
  },
  {
    name: 'The preview, in Node',
    entries: ['packages/simulator/src/preview/index.ts'],
    platform: 'node',
    external: ['esbuild', 'postcss', 'glass-easel-template-compiler'],
  },
  {
    name: 'The preview, in the browser',
    entries: ['phone', 'shell'].map((name) => `packages/simulator/src/browser/${name}.ts`),
    platform: 'browser',
  },
]

export interface Licensed {
  name: string
  version: string
  /** As the package states it; absent where it states none. */
  licence?: string
}

/** The packages that end up in the files of a product, besides those of this repository. */
async function packagesIn({ entries, platform, external }: Product): Promise<Licensed[]> {
  const { metafile } = await build({
    entryPoints: entries.map((entry) => at(entry)),
    absWorkingDir: at('.'),
    bundle: true,
    metafile: true,
    write: false,
    outdir: at('dist'),
    logLevel: 'error',
    platform,
    external,
  })
  const folders = Object.keys(metafile.inputs).flatMap(
    (path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/)?.[0] ?? [],
  )
  const found = new Map<string, Licensed>()
  for (const folder of new Set(folders)) {
    const { name, version, license } = JSON.parse(readFileSync(at(folder, 'package.json'), 'utf8'))
    found.set(`${name} ${version}`, { name, version, licence: license })
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What each product contains of others. */
export const bundledPackages = (): Promise<[product: string, packages: Licensed[]][]> =>
  Promise.all(PRODUCTS.map(async (product) => [product.name, await packagesIn(product)]))

/** The document, anew. */
export async function licenceTable(): Promise<string> {
  const parts = (await bundledPackages()).map(([product, packages]) => {
    const rows = packages.map(
      ({ name, version, licence }) => `| ${name} | ${version} | ${licence ?? 'none stated'} |`,
    )
    const table = ['| package | version | licence |', '| --- | --- | --- |', ...rows]
    return [`## ${product}`, '', ...(rows.length > 0 ? table : ['Nothing of others.'])].join('\n')
  })
  return `${[
    '# Licences of what is bundled',
    'The kit itself is under the MIT licence. Its files contain parts of these packages; `npm run licences` makes this list from what esbuild takes in.',
    ...parts,
  ].join('\n\n')}\n`
}

if (require.main === module) {
  licenceTable()
    .then((text) => writeWhole(LICENCES, text))
    .catch((error: Error) => {
      console.error(error.message)
      process.exitCode = 1
    })
}
