import { existsSync, readdirSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { checkConfig } from '@miniprogram-cos/server'
import { config } from '../cos.config'
import { bundle, node } from './build/bundle'
import { buildClient } from './build/client'
import { buildClientTypes } from './build/clientTypes'
import { deferModules } from './build/deferModules'
import { at, ROOT } from './build/root'
import { writeWhole } from './build/writeWhole'

export { ROOT }

async function buildLocalCloud(): Promise<void> {
  const source = (path: string) => at('packages/local-cloud/src', path)
  const outdir = at('packages/local-cloud/dist')
  // A native module and its loader stay where npm put them.
  const external = ['classic-level', 'abstract-level']
  await Promise.all([
    bundle({
      ...node,
      entryPoints: {
        index: source('index.ts'),
        functionWorker: source('functions/functionWorker.ts'),
        blobWorker: source('cos/store/blobWorker.ts'),
      },
      outdir,
      external,
    }),
    bundle({
      ...node,
      entryPoints: { command: source('command/main.ts') },
      outdir,
      external,
      banner: { js: '#!/usr/bin/env node' },
    }),
  ])
}

async function buildSimulator(): Promise<void> {
  const source = (path: string) => at('packages/simulator/src', path)
  const outdir = at('packages/simulator/dist')
  await Promise.all([
    bundle({
      ...node,
      entryPoints: { index: source('index.ts'), preview: source('preview/index.ts') },
      outdir,
      // What compiles the app for the preview stays where npm put it.
      external: ['esbuild', 'postcss', 'glass-easel-template-compiler'],
    }),
    bundle({
      platform: 'browser',
      target: 'es2022',
      format: 'iife',
      charset: 'utf8',
      entryPoints: ['phone.ts', 'phone.css', 'shell.ts', 'shell.css'].map((name) =>
        source(`browser/${name}`),
      ),
      outdir: at('packages/simulator/dist/browser'),
    }),
  ])
}

/** A cloud function: one file with its SDKs inside, and a package.json without dependencies. */
export async function buildFunction(name: string): Promise<void> {
  // A rule that is wrong stops here, not at a user's first upload.
  checkConfig(config)
  const outfile = functionFile(name)
  await bundle({
    ...node,
    entryPoints: [at('cloudfunctions', name, 'src/index.ts')],
    outfile,
    // The oldest runtime of CloudBase that the SDKs support.
    target: 'node16',
    minify: true,
    legalComments: 'none',
    plugins: [deferModules],
  })
  const { version } = JSON.parse(await readFile(at('cloudfunctions', name, 'package.json'), 'utf8'))
  const description = { name, version, main: 'index.js', private: true }
  await writeWhole(
    join(dirname(outfile), 'package.json'),
    `${JSON.stringify(description, null, 2)}\n`,
  )
}

/** Names of all cloud functions: each has a folder. */
export const FUNCTIONS = readdirSync(at('cloudfunctions'))
  .filter((name) => existsSync(at('cloudfunctions', name, 'src/index.ts')))
  .sort()

/** Absolute path of a built function, in the folder that DevTools uploads functions from. */
export function functionFile(name: string): string {
  return at('dist/cloudfunctions', name, 'index.js')
}

/** The demo's copy of the client, as DevTools' "Build npm" would make it. */
async function copyClientIntoDemo(): Promise<void> {
  const built = at('packages/client/miniprogram_dist')
  for (const file of await readdir(built)) {
    await writeWhole(
      at('miniprogram/miniprogram_npm/miniprogram-cos', file),
      await readFile(join(built, file)),
    )
  }
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

/** What is published: the built client and its declarations. Two seconds more. */
export async function buildPackages(): Promise<void> {
  await Promise.all([buildAll(), buildClientTypes()])
}

if (require.main === module) {
  buildPackages().catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
