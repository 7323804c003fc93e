import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename } from 'node:path'
import type { CosConfig } from '@miniprogram-cos/server'
import type { BuildFailure } from 'esbuild'
import { configFile, ownFile } from './project'
import { localizedError, t } from './text'

/** The sample values of `cos.config.ts`. */
export const SAMPLE = { env: 'your-env-id', bucket: 'media-1250000000' }

/**
 * Reads the configuration, which may import other files and packages.
 * @throws Error when there is none, or when it cannot be compiled
 */
export async function loadConfig(): Promise<CosConfig> {
  const file = configFile()
  const name = basename(file)
  if (!existsSync(file)) {
    throw localizedError(
      `there is no ${name} or cos.config.js here or in a folder above: run npx @miniprogram-cos/cli init in the folder of the app`,
      `当前目录及其上级目录中没有 ${name} 或 cos.config.js：请在小程序目录中执行 npx @miniprogram-cos/cli init`,
    )
  }
  const { config } = await loadModule<{ config?: CosConfig }>(file)
  if (!config) {
    throw localizedError(`${name} does not export "config"`, `${name} 没有导出 "config"`)
  }
  return config
}

type RulesTester = typeof import('@miniprogram-cos/server').testRules

/**
 * Runs a TypeScript or JavaScript file of the project, which may import others.
 * @param globals globals of the file
 * @param testRules replaces the function of the server package, to record its calls
 * @returns its exports
 * @throws Error if it cannot be compiled
 */
export async function loadModule<Exports extends object>(
  file: string,
  globals: Record<string, unknown> = {},
  testRules?: RulesTester,
): Promise<Exports> {
  // Loaded on demand: before the first build of this repository the server package does not exist.
  const [{ build }, server] = await Promise.all([
    import('esbuild'),
    import('@miniprogram-cos/server'),
  ])
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    packages: 'external',
    // Without the project's paths, which may lead from a package to its sources.
    tsconfigRaw: {},
    platform: 'node',
    format: 'cjs',
    write: false,
    logLevel: 'silent',
  }).catch((error: BuildFailure) => Promise.reject(new Error(buildErrors(error))))
  const module = { exports: {} as Exports }
  const required = createRequire(file)
  const own = createRequire(ownFile('package.json'))
  // Resolves the server and the SDK from this package if the project has not installed them.
  const load = (name: string) => {
    if (name === '@miniprogram-cos/server') return testRules ? { ...server, testRules } : server
    return name === 'wx-server-sdk' ? own(name) : required(name)
  }
  const variables = { require: load, module, exports: module.exports, ...globals }
  new Function(...Object.keys(variables), outputFiles[0]?.text ?? '')(...Object.values(variables))
  return module.exports
}

/** The errors of a build, one in a line: `cos.config.ts:8:11: Expected ...`. */
function buildErrors({ errors }: BuildFailure): string {
  return errors
    .map(({ location, text }) =>
      location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text,
    )
    .join('\n')
}

/** The warning for a configuration with the sample bucket. */
export function sampleWarning({ bucket }: CosConfig): string | undefined {
  if (bucket !== SAMPLE.bucket) return undefined
  return t(
    `! cos.config.ts still names the sample bucket ${bucket}: run npm run setup first`,
    `! cos.config.ts 仍是示例存储桶 ${bucket}：请先执行 npm run setup`,
  )
}

/** The production host of a bucket. */
export const bucketHost = ({ bucket, region }: Pick<CosConfig, 'bucket' | 'region'>) =>
  `${bucket}.cos.${region}.myqcloud.com`
