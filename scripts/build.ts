import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  buildFunctions,
  bundle,
  NODE_OPTIONS,
  writeWhole,
} from '../packages/cli/src/functions/buildFunctions'
import { buildClient } from './build/client'
import { EXTERNAL } from './build/external'
import { at } from './build/root'

async function buildLocalCloud(): Promise<void> {
  const source = (path: string) => at('packages/local-cloud/src', path)
  const outdir = at('packages/local-cloud/dist')
  const external = EXTERNAL.localCloud
  await Promise.all([
    bundle({
      ...NODE_OPTIONS,
      entryPoints: {
        index: source('index.ts'),
        functionWorker: source('functions/worker.ts'),
      },
      outdir,
      external,
    }),
    bundle({
      ...NODE_OPTIONS,
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
      ...NODE_OPTIONS,
      entryPoints: { index: source('index.ts'), preview: source('preview/index.ts') },
      outdir,
      external: EXTERNAL.preview,
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

/** Copies the client into the demo, as "Build npm" of DevTools would. */
async function copyClientIntoDemo(): Promise<void> {
  const built = at('packages/client/miniprogram_dist')
  for (const file of await readdir(built)) {
    await writeWhole(
      at('miniprogram/miniprogram_npm/miniprogram-cos', file),
      await readFile(join(built, file)),
    )
  }
}

/** Builds the command line tool. */
async function buildCli(): Promise<void> {
  await bundle({
    ...NODE_OPTIONS,
    entryPoints: { main: at('packages/cli/src/main.ts') },
    outdir: at('packages/cli/dist'),
    external: EXTERNAL.cli,
    // Packages are CommonJS: loaded by require, as from the sources.
    supported: { 'dynamic-import': false },
    banner: { js: '#!/usr/bin/env node' },
  })
}

/** Builds the packages that commands run as built files, in under a second. */
export async function buildRuntime(): Promise<void> {
  await Promise.all([buildClient(), buildLocalCloud(), buildSimulator()])
  await copyClientIntoDemo()
}

/** Builds everything that runs as a built file, in about a second. */
export async function buildAll(): Promise<void> {
  await Promise.all([buildRuntime(), buildCli(), buildFunctions()])
}

/** Builds the client's declarations, too, in about three seconds. */
export async function buildPackages(): Promise<void> {
  // Loaded only here, because TypeScript takes longer to load than most commands take to run.
  const { buildClientTypes } = await import('./build/clientTypes')
  await Promise.all([buildAll(), buildClientTypes()])
}

if (require.main === module) {
  buildPackages().catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
