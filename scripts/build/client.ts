import type { BuildOptions } from 'esbuild'
import { bundle, SHARED_OPTIONS, writeWhole } from '../../packages/cli/src/deploy/bundle'
import { bundleScripts, type LazyFiles, minifyScripts } from './phoneScripts'
import { at, removeOthers } from './root'

const OUT = (...path: string[]) => at('packages/client', ...path)

/** The entries whose export COS is also what `require` returns. */
const CLIENTS = ['index', 'upload', 'form']
const ENTRIES = [...CLIENTS, 'prepare']

/** `require` returns the constructor itself, as with cos-wx-sdk-v5, which is also its own name and default. */
const CONSTRUCTOR = ';(e=>{module.exports=Object.assign(e.COS,e,{default:e.COS})})(module.exports)'

/** Builds the client in every module format. All are ES2018 without dependencies. */
export async function buildClient(): Promise<void> {
  const phone: BuildOptions = {
    ...SHARED_OPTIONS,
    platform: 'neutral',
    mainFields: ['main'],
    target: 'es2018',
    charset: 'ascii',
  }
  const commonjs: BuildOptions = { format: 'cjs', footer: { js: CONSTRUCTOR } }
  await Promise.all([
    buildPhoneScripts(),
    // Copied by hand into an app that uses no npm.
    bundle({
      ...phone,
      ...commonjs,
      minify: true,
      mangleProps: /^_./,
      sourcemap: 'linked',
      entryPoints: [OUT('src/index.ts')],
      outfile: OUT('dist/miniprogram-cos.js'),
    }),
    // Taro, uni-app, webpack and vite minify for themselves.
    ...ENTRIES.flatMap((entry) => {
      const isClient = CLIENTS.includes(entry)
      const source = OUT(`src/${entry}.ts`)
      const withDefault = `export * from '${source}'; export { COS as default } from '${source}'`
      return [
        bundle({
          ...phone,
          ...(isClient ? commonjs : { format: 'cjs' }),
          entryPoints: [source],
          outfile: OUT(`dist/${entry}.js`),
        }),
        bundle({
          ...phone,
          format: 'esm',
          ...(isClient
            ? { stdin: { contents: withDefault, resolveDir: OUT() } }
            : { entryPoints: [source] }),
          outfile: OUT(`dist/${entry}.mjs`),
        }),
      ]
    }),
  ])
}

const client = (module: string) => `packages/client/src/${module}`

/** An app that never reads the advice of an error may leave its file out of its package. */
const ADVICE: LazyFiles = { advice: ['packages/protocol/src/advice'] }

/** What the clients load at first use. A successful upload of a small file loads none of it. */
const LAZY: LazyFiles = {
  ...ADVICE,
  /** The methods that only the full client has. */
  methods: ['compat', 'copy', 'download/downloadFile', 'methods', 'upload/abort', 'url'].map(
    client,
  ),
  /** Most of what needs one of them needs others: COS answers uploads in parts and failures with documents. */
  later: [
    'packages/protocol/src/xml',
    ...['request/failedRequest', 'request/integrity'].map(client),
    ...['tasks/autoLimit', 'upload/multipart', 'upload/resume', 'upload/verify'].map(client),
  ],
}

/**
 * Builds what WeChat's npm builder copies as it is. The full and the upload-only client share core.js, so that an app that
 * requires one of them loads nothing of the other. The other entries share no code with them: each is small without it.
 */
async function buildPhoneScripts(): Promise<void> {
  const source = (entry: string) => ({ [entry]: OUT(`src/${entry}.ts`) })
  const packages = await Promise.all([
    bundleScripts({
      input: { ...source('index'), ...source('upload') },
      lazy: LAZY,
      core: { file: 'core', module: OUT('src/uploadClient.ts'), usedBy: ['methods', 'later'] },
      sideEffects: false,
    }),
    ...['form', 'prepare'].map((entry) =>
      bundleScripts({ input: source(entry), lazy: ADVICE, sideEffects: false }),
    ),
  ])
  // Each package of scripts has the file of the advice.
  const scripts = new Map(packages.flat().map((script) => [script.fileName, script]))
  for (const [file, code] of Object.entries(await minifyScripts([...scripts.values()]))) {
    const isClient = CLIENTS.some((entry) => file === `${entry}.js`)
    await writeWhole(OUT('miniprogram_dist', file), isClient ? code + CONSTRUCTOR : code)
  }
  await removeOthers(OUT('miniprogram_dist'), scripts.keys())
}
