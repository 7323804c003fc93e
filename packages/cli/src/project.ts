import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { localizedError } from './text'

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
