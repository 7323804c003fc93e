import { join } from 'node:path'
import type { DeployedFunction } from '@miniprogram-cos/local-cloud'
import { build } from 'esbuild'
import { at } from './root'
import { BUCKET, REGION } from './testCloud'

/** A cloud function of the repository, built into a folder around other access rules than those of its user. */
export function functionWithRules(
  name: string,
  access: object,
  folder: string,
  groups: object = {},
): Promise<DeployedFunction> {
  const config = { env: 'test', bucket: BUCKET, region: REGION, groups, access }
  return functionWithConfig(name, folder, {
    contents: `import { defineConfig } from '@miniprogram-cos/server'
      export const config = defineConfig(${JSON.stringify(config)})`,
    resolveDir: at('.'),
  })
}

/** A cloud function of the repository, built into a folder around another configuration, which may have hooks. */
export async function functionWithConfig(
  name: string,
  folder: string,
  config: { contents: string; resolveDir: string },
): Promise<DeployedFunction> {
  const file = join(folder, `${name}.js`)
  await build({
    entryPoints: [at('cloudfunctions', name, 'src/index.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    logLevel: 'error',
    plugins: [
      {
        name: 'config',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /\/cos\.config$/ }, () => ({
            path: 'cos.config',
            namespace: 'config',
          }))
          onLoad({ filter: /.*/, namespace: 'config' }, () => ({ ...config, loader: 'ts' }))
        },
      },
    ],
  })
  return { name, file }
}
