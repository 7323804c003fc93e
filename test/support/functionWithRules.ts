import { join } from 'node:path'
import type { DeployedFunction } from '@miniprogram-cos/local-cloud'
import { build } from 'esbuild'
import { at } from './root'
import { BUCKET, REGION } from './testCloud'

/** A cloud function of the repository, built into a folder around other access rules than those of its user. */
export async function functionWithRules(
  name: string,
  access: object,
  folder: string,
  groups: object = {},
): Promise<DeployedFunction> {
  const config = { env: 'test', bucket: BUCKET, region: REGION, groups, access }
  const file = join(folder, `${name}.js`)
  await build({
    entryPoints: [at('cloudfunctions', name, 'src/index.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    logLevel: 'error',
    plugins: [
      {
        name: 'rules',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /\/cos\.config$/ }, () => ({
            path: 'cos.config',
            namespace: 'rules',
          }))
          onLoad({ filter: /.*/, namespace: 'rules' }, () => ({
            contents: `import { defineConfig } from '@miniprogram-cos/server'
              export const config = defineConfig(${JSON.stringify(config)})`,
            resolveDir: at('.'),
          }))
        },
      },
    ],
  })
  return { name, file }
}
