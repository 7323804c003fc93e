import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import type { DeployedFunction } from '@miniprogram-cos/local-cloud'
import type { CosConfig } from '@miniprogram-cos/server'
import * as server from '@miniprogram-cos/server'
import { t } from './text'

/** What this repository adds to the commands. */
export interface RunOptions {
  /** Builds the packages that commands run as built files; where they are installed they are built already. */
  buildPackages?: () => Promise<void>
  /** Ends the watch for the end of npm: a command calls it once it watches for itself and closes properly. */
  stopWatchingLauncher?: () => void
}

const CONFIG = 'cos.config.ts'

/** The values that `cos.config.ts` comes with. */
export const SAMPLE = { env: 'your-env-id', bucket: 'media-1250000000' }

/** The nearest folder from here upwards that has a `cos.config.ts`; the current one if there is none. */
export function projectRoot(from = process.cwd()): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, CONFIG))) return folder
    if (folder === dirname(folder)) return resolve(from)
  }
}

/** A path below the project's root. */
export const at = (...path: string[]) => join(projectRoot(), ...path)

/** A file of this package, which lies one folder above both its sources and its built file. */
export const ownFile = (...path: string[]) => join(__dirname, '..', ...path)

/**
 * Reads `cos.config.ts`, which may import other files and packages.
 * @throws Error when there is none, or when it cannot be compiled
 */
export async function loadConfig(): Promise<CosConfig> {
  const file = at(CONFIG)
  if (!existsSync(file)) {
    throw new Error(
      t(`there is no ${CONFIG} here or in a folder above`, `当前目录及其上级目录中没有 ${CONFIG}`),
    )
  }
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    write: false,
    logLevel: 'silent',
  })
  const module: { exports: { config?: CosConfig } } = { exports: {} }
  const required = createRequire(file)
  // The configuration of a project that has not installed the server can be read all the same.
  const load = (name: string) => (name === '@miniprogram-cos/server' ? server : required(name))
  new Function('require', 'module', 'exports', outputFiles[0]?.text ?? '')(
    load,
    module,
    module.exports,
  )
  if (!module.exports.config) throw new Error(`${CONFIG} does not export "config"`)
  return module.exports.config
}

/** A warning while `cos.config.ts` still names the sample bucket. */
export function sampleWarning({ env, bucket }: CosConfig): string | undefined {
  if (env !== SAMPLE.env || bucket !== SAMPLE.bucket) return undefined
  return t(
    `! ${CONFIG} still names the sample bucket ${bucket}: run npm run setup first`,
    `! ${CONFIG} 仍是示例存储桶 ${bucket}：请先执行 npm run setup`,
  )
}

/** Names of the project's cloud functions: each has a folder. */
export function functionNames(root = projectRoot()): string[] {
  const folder = join(root, 'cloudfunctions')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'src/index.ts')))
    .sort()
}

/** Absolute path of a built function, in the folder that DevTools uploads functions from. */
export function functionFile(name: string, root = projectRoot()): string {
  return join(root, 'dist/cloudfunctions', name, 'index.js')
}

/** All cloud functions, as built. */
export function deployedFunctions(): DeployedFunction[] {
  return functionNames().map((name) => ({ name, file: functionFile(name) }))
}

/** Where the local cloud keeps its data, ignored by git. */
export const localData = (...path: string[]) => at('.local-cloud', ...path)

/** Host of a bucket, as production names it. */
export const bucketHost = ({ bucket, region }: Pick<CosConfig, 'bucket' | 'region'>) =>
  `${bucket}.cos.${region}.myqcloud.com`
