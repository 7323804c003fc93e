import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { type MinifyOptions, minify } from 'terser'
import { version as terser } from 'terser/package.json'
import { bundle, SHARED_OPTIONS, writeWhole } from '../../packages/cli/src/deploy/bundle'
import { asCommonjs, REQUIRE_LATER, sharedNames } from './commonjs'
import { INTERNAL_NAMES } from './internalNames'
import { at, removeOthers } from './root'

const OUT = (...path: string[]) => at('packages/client', ...path)

/** The entries that have most of their code in common: the full client and the upload-only client. */
const ENTRIES = ['index', 'upload']
/** Entries that are small without the others' code: on phones a file each that requires none of theirs but advice.js. */
const SMALL_ENTRIES = ['form']

const phone: BuildOptions = {
  ...SHARED_OPTIONS,
  platform: 'neutral',
  mainFields: ['main'],
  target: 'es2018',
  // An engine keeps a file's text, at two bytes a character if one of them is Chinese: 0.6 KB more in the
  // package are 0.1 MB less in memory.
  charset: 'ascii',
}

/** For files that no other tool minifies. */
const minified: BuildOptions = {
  ...phone,
  minify: true,
  mangleProps: new RegExp(`^(?:_.+|${INTERNAL_NAMES.join('|')})$`),
}

/** `require` gives the constructor itself, as with cos-wx-sdk-v5, which is also its own name and default. */
const CONSTRUCTOR = ';(e=>{module.exports=Object.assign(e.COS,e,{default:e.COS})})(module.exports);'

/** An entry whose constructor is the default too. */
const withDefault = (entry: string) => ({
  contents: `export * from './${entry}'; export { COS as default } from './${entry}'`,
  resolveDir: OUT('src'),
})

/** The client in every module format. All are ES2018 without dependencies. */
export async function buildClient(): Promise<void> {
  const commonjs: BuildOptions = { ...phone, format: 'cjs', footer: { js: CONSTRUCTOR } }
  await Promise.all([
    buildPhoneModules(),
    buildPrepare(),
    // Copied by hand into an app that uses no npm.
    bundle({
      ...commonjs,
      ...minified,
      sourcemap: 'linked',
      entryPoints: [OUT('src/index.ts')],
      outfile: OUT('dist/miniprogram-cos.js'),
    }),
    // Taro, uni-app, webpack and vite minify for themselves.
    ...[...ENTRIES, ...SMALL_ENTRIES].flatMap((entry) => [
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
 * The files that are loaded at first use, with their exports: what src/lazy and loadXml load. Everything else is in
 * core.js, or in the one file that uses it.
 */
const LAZY: Record<string, string> = {
  methods: "export * from './src/methods'",
  // Most of what needs one of them needs others: COS answers uploads in parts and failures with documents.
  later: `export * from './src/uploads'
    export { decideRetry, mapFailure, serviceError } from './src/request/failures'
    export * from './src/request/integrity'
    export { readXml, writeXml } from '../protocol/src/xml'`,
}

/** Makes the modules that load others at first use require a file: each file by one function, under several names. */
const requireLater: Plugin = {
  name: 'require later',
  setup({ onLoad, onResolve }) {
    const later = (name: string, file: string) => ({
      contents: `export { load as ${name} } from 'later:${file}'`,
    })
    onResolve({ filter: /^later:/ }, ({ path }) => ({ path: path.slice(6), namespace: 'later' }))
    onLoad({ filter: /^/, namespace: 'later' }, ({ path }) => ({
      contents: `export const load = () => ${REQUIRE_LATER}("./${path}.js")`,
    }))
    onLoad({ filter: /client\/src\/lazy\/\w+\.ts$/ }, ({ path }) => {
      const name = basename(path, '.ts')
      return later(`load${name[0]?.toUpperCase()}${name.slice(1)}`, name in LAZY ? name : 'later')
    })
    onLoad({ filter: /protocol\/src\/loadAdvice\.ts$/ }, () => later('loadAdvice', 'advice'))
    onLoad({ filter: /protocol\/src\/loadXml\.ts$/ }, () => later('loadXml', 'later'))
  },
}

/** The entries of phones by their file, each as a module. */
const phoneEntries: Plugin = {
  name: 'phone entries',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^phone:/ }, ({ path }) => ({ path: path.slice(6), namespace: 'phone' }))
    onLoad({ filter: /^/, namespace: 'phone' }, ({ path }) => {
      // All that the upload client consists of is then in core.js, once.
      const contents = LAZY[path]
        ? `${LAZY[path]}; export { UploadCOS } from './src/uploadClient'`
        : `export * from './src/${path}'`
      return { contents, resolveDir: OUT() }
    })
  },
}

/**
 * What WeChat's npm builder copies as it is: the entries, what they have in common once (core.js), and what is loaded
 * at first use. An app that requires one of the entries loads nothing of the others.
 */
async function buildPhoneModules(): Promise<void> {
  const files = [...ENTRIES, ...Object.keys(LAZY)]
  const { outputFiles = [], mangleCache } = await build({
    ...minified,
    // Returned with the names of properties.
    mangleCache: {},
    entryPoints: files.map((file) => ({ in: `phone:${file}`, out: file })),
    format: 'esm',
    splitting: true,
    chunkNames: 'core',
    outdir: OUT('miniprogram_dist'),
    plugins: [requireLater, phoneEntries],
  })
  const advice = await build({
    ...minified,
    // It is loaded alone, and small: two bytes a character do not matter.
    charset: 'utf8',
    entryPoints: [at('packages/protocol/src/advice.ts')],
    format: 'esm',
    outdir: OUT('miniprogram_dist'),
  })
  const small = await build({
    ...minified,
    entryPoints: SMALL_ENTRIES.map((entry) => OUT(`src/${entry}.ts`)),
    format: 'esm',
    outdir: OUT('miniprogram_dist'),
    plugins: [requireLater],
  })
  const built = [outputFiles, advice.outputFiles ?? [], small.outputFiles ?? []].flat()
  for (const { path, text } of built) {
    const isEntry = [...ENTRIES, ...SMALL_ENTRIES].includes(basename(path, '.js'))
    await writeWhole(
      path,
      await smaller(
        asCommonjs(text, mangleCache) + (isEntry ? CONSTRUCTOR : ''),
        !path.endsWith('advice.js'),
        sharedNames(text),
      ),
    )
  }
  const kept = [...built.map(({ path }) => basename(path)), PREPARE]
  await removeOthers(OUT('miniprogram_dist'), kept)
}

/** The file of the entry that prepares files. */
const PREPARE = 'prepare.js'

/** The entry that prepares files. It shares no code with the clients, so that those stay as small as they are. */
async function buildPrepare(): Promise<void> {
  const source = { ...phone, entryPoints: [OUT('src/prepare.ts')] }
  const { outputFiles = [] } = await build({
    ...minified,
    ...source,
    format: 'esm',
    plugins: [requireLater],
    write: false,
  })
  const script = asCommonjs(outputFiles[0]?.text ?? '')
  await Promise.all([
    writeWhole(OUT(`miniprogram_dist/${PREPARE}`), await smaller(script, true)),
    bundle({ ...source, format: 'cjs', outfile: OUT('dist/prepare.js') }),
    bundle({ ...source, format: 'esm', outfile: OUT('dist/prepare.mjs') }),
  ])
}

/**
 * Minifies once more by terser, which saves about 3 % after esbuild. It takes longer than everything else that a command
 * builds first, so its results are kept.
 * @param names that some variables must have
 */
export async function smaller(
  script: string,
  isAscii: boolean,
  names: [variable: string, name: string][] = [],
): Promise<string> {
  const options: MinifyOptions = {
    ecma: 2018,
    toplevel: true,
    nameCache: {
      vars: { props: Object.fromEntries(names.map(([variable, name]) => [`$${variable}`, name])) },
    },
    // Functions without `this` become arrows, `String(x)` becomes `x + ''`.
    compress: {
      ecma: 2018,
      passes: 3,
      unsafe: true,
      unsafe_arrows: true,
      pure_getters: true,
      hoist_funs: true,
    },
    format: { ecma: 2018, ascii_only: isAscii },
  }
  const made = JSON.stringify([terser, options, script])
  const name = createHash('sha256').update(made).digest('hex')
  const kept = at('node_modules/.cache/miniprogram-cos', `${name}.js`)
  const known = await readFile(kept, 'utf8').catch(() => undefined)
  if (known !== undefined) return known
  const { code = '' } = await minify(script, options)
  await writeWhole(kept, `${code}\n`)
  return `${code}\n`
}
