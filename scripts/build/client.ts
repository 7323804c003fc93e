import { type BuildOptions, build } from 'esbuild'
import { type MinifyOptions, minify } from 'terser'
import { bundle, SHARED_OPTIONS, writeWhole } from '../../packages/cli/src/functions/buildFunctions'
import { asCommonjs } from './commonjs'
import { INTERNAL_NAMES } from './internalNames'
import { at } from './root'

const OUT = (...path: string[]) => at('packages/client', ...path)

/** What an app may take in: all of the client, or what uploads and nothing else. */
const ENTRIES = ['index', 'upload']

const phone: BuildOptions = {
  ...SHARED_OPTIONS,
  platform: 'neutral',
  mainFields: ['main'],
  target: 'es2018',
  // An engine keeps a file's text, at two bytes a character if one of them is Chinese: 0.6 KB more in the
  // package are 0.1 MB less in memory.
  charset: 'ascii',
}

/** For files that nothing minifies after us. */
const minified: BuildOptions = {
  ...phone,
  minify: true,
  mangleProps: new RegExp(`^(?:_.+|${INTERNAL_NAMES.join('|')})$`),
}

/** `require` gives the constructor itself, as with cos-wx-sdk-v5, which is also its own name and default. */
const CONSTRUCTOR =
  'module.exports=Object.assign(module.exports.COS,module.exports,{default:module.exports.COS});'

/** An entry whose constructor is the default too. */
const withDefault = (entry: string) => ({
  contents: `export * from './${entry}'; export { COS as default } from './${entry}'`,
  resolveDir: OUT('src'),
})

/** The client, once for each way of taking it in. All are ES2018 without dependencies. */
export async function buildClient(): Promise<void> {
  const commonjs: BuildOptions = { ...phone, format: 'cjs', footer: { js: CONSTRUCTOR } }
  await Promise.all([
    buildPhoneModules(),
    // Copied by hand into an app that uses no npm.
    bundle({
      ...commonjs,
      ...minified,
      sourcemap: 'linked',
      entryPoints: [OUT('src/index.ts')],
      outfile: OUT('dist/miniprogram-cos.js'),
    }),
    // Taro, uni-app, webpack and vite minify for themselves.
    ...ENTRIES.flatMap((entry) => [
      bundle({
        ...commonjs,
        entryPoints: [OUT(`src/${entry}.ts`)],
        outfile: OUT(`dist/${entry}.js`),
      }),
      bundle({
        ...phone,
        stdin: withDefault(entry),
        format: 'esm',
        outfile: OUT(`dist/${entry}.mjs`),
      }),
    ]),
  ])
}

/**
 * What WeChat's npm builder copies as it is: both entries, and what they have in common once. An app that
 * requires one of them loads nothing of the other.
 */
async function buildPhoneModules(): Promise<void> {
  const { outputFiles = [] } = await build({
    ...minified,
    entryPoints: ENTRIES.map((entry) => OUT(`src/${entry}.ts`)),
    format: 'esm',
    splitting: true,
    chunkNames: 'core',
    outdir: OUT('miniprogram_dist'),
  })
  for (const { path, text } of outputFiles) {
    const isEntry = ENTRIES.some((entry) => path.endsWith(`${entry}.js`))
    await writeWhole(path, await smaller(asCommonjs(text) + (isEntry ? CONSTRUCTOR : '')))
  }
}

/** What a second minifier finds that esbuild leaves: about 2 %. */
async function smaller(script: string): Promise<string> {
  const { code = '' } = await minify(script, {
    ecma: 2018,
    toplevel: true,
    compress: { ecma: 2018, passes: 3 },
    format: { ecma: 2018, ascii_only: true },
  } as MinifyOptions)
  return `${code}\n`
}
