import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type BuildOptions, build as bundle } from 'esbuild'

/** The repository's root. */
export const ROOT = join(__dirname, '..')

const at = (...path: string[]) => join(ROOT, ...path)

/** Fields without a value stay absent, in every bundle alike. */
const tsconfigRaw = { compilerOptions: { useDefineForClassFields: false, alwaysStrict: true } }

const shared: BuildOptions = {
  bundle: true,
  tsconfigRaw,
  logLevel: 'warning',
  absWorkingDir: ROOT,
  write: false,
}

async function build(options: BuildOptions): Promise<void> {
  const { outputFiles = [] } = await bundle(options)
  for (const { path, contents } of outputFiles) await writeWhole(path, contents)
}

/** A file that someone is reading is never seen half written, and not touched when it is the same. */
async function writeWhole(path: string, contents: Uint8Array | string): Promise<void> {
  const bytes = Buffer.from(contents)
  const present = await readFile(path).catch(() => undefined)
  if (present?.equals(bytes)) return
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}`
  await writeFile(temporary, bytes)
  await rename(temporary, path)
}

/**
 * The client: one ES2018 CommonJS file without dependencies, which WeChat's npm builder copies as it is.
 * `require('miniprogram-cos')` is the constructor itself, as with cos-wx-sdk-v5.
 */
async function buildClient(): Promise<void> {
  await build({
    ...shared,
    entryPoints: [at('packages/client/src/index.ts')],
    outfile: at('packages/client/miniprogram_dist/index.js'),
    format: 'cjs',
    platform: 'neutral',
    mainFields: ['main'],
    target: 'es2018',
    minify: true,
    // Chinese advice as it is, not as \\u escapes.
    charset: 'utf8',
    alias: { crypto: at('packages/client/src/hash/noCrypto.ts') },
    footer: {
      js: 'module.exports=Object.assign(module.exports.COS,module.exports,{default:module.exports.COS});',
    },
  })
}

const node: BuildOptions = { ...shared, platform: 'node', target: 'node20', format: 'cjs' }

async function buildLocalCloud(): Promise<void> {
  const source = (path: string) => at('packages/local-cloud/src', path)
  const outdir = at('packages/local-cloud/dist')
  // A native module and its loader stay where npm put them.
  const external = ['classic-level', 'abstract-level']
  await Promise.all([
    build({
      ...node,
      entryPoints: {
        index: source('index.ts'),
        functionWorker: source('functions/functionWorker.ts'),
        blobWorker: source('cos/store/blobWorker.ts'),
      },
      outdir,
      external,
    }),
    build({
      ...node,
      entryPoints: { command: source('command/main.ts') },
      outdir,
      external,
      banner: { js: '#!/usr/bin/env node' },
    }),
  ])
}

async function buildSimulator(): Promise<void> {
  await build({
    ...node,
    entryPoints: [at('packages/simulator/src/index.ts')],
    outfile: at('packages/simulator/dist/index.js'),
  })
}

/** A cloud function: one file with its SDKs inside, and a package.json without dependencies. */
export async function buildFunction(name: string): Promise<void> {
  const outfile = at('cloudfunctions', name, 'dist/index.js')
  await build({
    ...node,
    entryPoints: [at('cloudfunctions', name, 'src/index.ts')],
    outfile,
    // The oldest runtime of CloudBase that the SDKs support.
    target: 'node16',
    minify: true,
    legalComments: 'none',
  })
  const description = { name, version: '0.1.0', main: 'index.js', private: true }
  await writeWhole(
    join(dirname(outfile), 'package.json'),
    `${JSON.stringify(description, null, 2)}\n`,
  )
}

/** Names of all cloud functions. */
export const FUNCTIONS = ['cos-credentials']

/** Absolute path of a built function. */
export function functionFile(name: string): string {
  return at('cloudfunctions', name, 'dist/index.js')
}

/** The demo's copy of the client, as DevTools' "Build npm" would make it. */
async function copyClientIntoDemo(): Promise<void> {
  await writeWhole(
    at('miniprogram/miniprogram_npm/miniprogram-cos/index.js'),
    await readFile(at('packages/client/miniprogram_dist/index.js')),
  )
}

/** Builds everything that runs as a built file. About a second. */
export async function buildAll(): Promise<void> {
  await Promise.all([
    buildClient(),
    buildLocalCloud(),
    buildSimulator(),
    ...FUNCTIONS.map(buildFunction),
  ])
  await copyClientIntoDemo()
}

if (require.main === module) {
  buildAll().catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
