import { readFileSync } from 'node:fs'
import type { BuildOptions } from 'esbuild'
import { bundle, NODE_OPTIONS } from '../../packages/cli/src/deploy/bundle'
import { at } from './root'

/**
 * Packages that a published package requires from node_modules: those that its package.json declares for its users.
 * Everything else, the private protocol package first of all, is bundled.
 */
export function externalPackages(folder: string): string[] {
  const manifest = JSON.parse(readFileSync(at('packages', folder, 'package.json'), 'utf8'))
  const { dependencies, optionalDependencies, peerDependencies } = manifest
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
}

/** Bundles entries of one package for Node into its `dist`. */
function bundleForNode(
  folder: string,
  entries: Record<string, string>,
  options: BuildOptions = {},
): Promise<void> {
  const entryPoints = Object.fromEntries(
    Object.entries(entries).map(([name, file]) => [name, at('packages', folder, 'src', file)]),
  )
  return bundle({
    ...NODE_OPTIONS,
    // CommonJS loads its dependencies by require: the sandbox of Jest has no import().
    supported: { 'dynamic-import': false },
    external: externalPackages(folder),
    entryPoints,
    outdir: at('packages', folder, 'dist'),
    ...options,
  })
}

const EXECUTABLE: BuildOptions = { banner: { js: '#!/usr/bin/env node' } }

/** The server runs in cloud functions too, on the oldest runtime of CloudBase that Tencent's SDKs support. */
export async function buildServer(): Promise<void> {
  const entries = { index: 'index.ts' }
  await Promise.all([
    bundleForNode('server', entries, { target: 'node16' }),
    // Bundlers drop from an ES module what a function does not use.
    bundleForNode('server', entries, {
      target: 'node16',
      format: 'esm',
      outExtension: { '.js': '.mjs' },
      supported: {},
    }),
  ])
}

export async function buildLocalCloud(): Promise<void> {
  await Promise.all([
    bundleForNode('local-cloud', { index: 'index.ts', functionWorker: 'functions/worker.ts' }),
    bundleForNode('local-cloud', { command: 'command/main.ts' }, EXECUTABLE),
  ])
}

export async function buildSimulator(): Promise<void> {
  await Promise.all([
    bundleForNode('simulator', { index: 'index.ts', preview: 'preview/index.ts' }),
    bundle({
      platform: 'browser',
      target: 'es2022',
      format: 'iife',
      charset: 'utf8',
      entryPoints: ['phone.ts', 'phone.css', 'shell.ts', 'shell.css'].map((name) =>
        at('packages/simulator/src/browser', name),
      ),
      outdir: at('packages/simulator/dist/browser'),
    }),
  ])
}

export async function buildCli(): Promise<void> {
  await bundleForNode('cli', { main: 'main.ts' }, EXECUTABLE)
}
