import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import type { DeployedFunction } from '@miniprogram-cos/local-cloud'
import type { CosConfig } from '@miniprogram-cos/server'
import type { BuildFailure } from 'esbuild'
import { localizedError, t } from './text'

/** Settings that only this repository passes to the commands. */
export interface RunOptions {
  /** Builds the packages that commands run as built files. Installed packages are built already. */
  buildPackages?: () => Promise<void>
  /** Stops watching for the end of npm. Called by commands that watch for it themselves and shut down. */
  stopWatchingLauncher?: () => void
}

/** Names of the configuration file. The first one that exists is used. */
const CONFIGS = ['cos.config.ts', 'cos.config.js']

/** The nearest folder from here upwards that has a configuration; the current one if there is none. */
export function projectRoot(from = process.cwd()): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (hasConfig(folder)) return folder
    if (folder === dirname(folder)) return resolve(from)
  }
}

const hasConfig = (folder: string) => CONFIGS.some((name) => existsSync(join(folder, name)))

/** Absolute path of the configuration: `cos.config.ts` or `cos.config.js`; the former if neither exists. */
export function configFile(root = projectRoot()): string {
  const files = CONFIGS.map((name) => join(root, name))
  return files.find((file) => existsSync(file)) ?? (files[0] as string)
}

/** A path below the project's root. */
export const at = (...path: string[]) => join(projectRoot(), ...path)

/** A file of this package, which lies one folder above both its sources and its built file. */
export const ownFile = (...path: string[]) => join(__dirname, '..', ...path)

/** This package's version, which all packages of the kit have. */
export function ownVersion(): string {
  return JSON.parse(readFileSync(ownFile('package.json'), 'utf8')).version
}

/** Reads a file that the user named, relative to the caller's folder; `-` is standard input. @throws Error */
export function readInputFile(file: string): string {
  const path = file === '-' ? 0 : fromCaller(file)
  if (path !== 0 && !existsSync(path)) {
    throw localizedError(`no such file: ${file}`, `文件不存在：${file}`)
  }
  return readFileSync(path, 'utf8')
}

/** Resolves a path relative to the folder in which npm was called; npm runs commands in the project's folder. */
export const fromCaller = (path: string) => resolve(process.env.INIT_CWD ?? process.cwd(), path)

/**
 * Adapts a message to this project. Messages are written for this repository, whose commands are npm scripts and whose
 * configuration is TypeScript.
 */
export function forProject(text: string): string {
  if (hasFunctionSources()) return text
  return text
    .replace(
      /npm run (setup|build|deploy|domains|doctor|policy)\b(?: --)?/g,
      'npx @miniprogram-cos/cli $1',
    )
    .replace(/\bcos\.config\.ts\b/g, basename(configFile()))
}

/** The cloud functions of the kit, which an app gets as built files. */
export const KIT_FUNCTIONS = ['cos-credentials', 'cos-signature'] as const

/** Whether the project builds its functions from `cloudfunctions/<name>/src`, as this repository does. */
export function hasFunctionSources(root = projectRoot()): boolean {
  return KIT_FUNCTIONS.some((name) =>
    existsSync(join(root, 'cloudfunctions', name, 'src/index.ts')),
  )
}

/** Where the local cloud keeps its data, ignored by git. */
export const localData = (...path: string[]) => at('.local-cloud', ...path)

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
    absWorkingDir: process.cwd(),
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

/** Names of the functions that `build` writes and `deploy` uploads. */
export function functionNames(root = projectRoot()): string[] {
  if (!hasFunctionSources(root)) return existsSync(configFile(root)) ? [...KIT_FUNCTIONS] : []
  const folder = join(root, 'cloudfunctions')
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'src/index.ts')))
    .sort()
}

/** The folder that DevTools uploads functions from, relative to the root: `cloudfunctionRoot`, without a slash at its end. */
export function functionRoot(root = projectRoot()): string {
  if (hasFunctionSources(root)) return 'dist/cloudfunctions'
  // DevTools lets the private file override this setting.
  for (const name of ['project.private.config.json', 'project.config.json']) {
    const configured = readJson(join(root, name)).cloudfunctionRoot
    if (typeof configured === 'string' && configured !== '') {
      return configured.replace(/^\.?\/+|\/+$/g, '') || '.'
    }
  }
  return 'cloudfunctions'
}

/** Absolute path of a built function. */
export function functionFile(name: string, root = projectRoot()): string {
  return join(root, functionRoot(root), name, 'index.js')
}

/** All cloud functions of the project: the built functions of the kit, and the app's own. */
export function deployedFunctions(root = projectRoot()): DeployedFunction[] {
  const built = functionNames(root)
  return [
    ...built.map((name) => ({ name, file: functionFile(name, root) })),
    ...(hasFunctionSources(root) ? [] : appFunctions(root)),
  ]
}

/** An app's own functions: each folder of `cloudfunctionRoot` with a script that Node would load. */
function appFunctions(root: string): DeployedFunction[] {
  const folder = join(root, functionRoot(root))
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !KIT_FUNCTIONS.some((name) => name === entry.name))
    .flatMap(({ name }) => {
      const { main } = readJson(join(folder, name, 'package.json'))
      const file = join(folder, name, typeof main === 'string' ? main : 'index.js')
      return existsSync(file) ? [{ name, file }] : []
    })
}

function readJson(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''))
  } catch {
    return {}
  }
}
