import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, posix, relative, resolve } from 'node:path'
import type { SourceProblem } from './compiledApp'

/** Where the code of a page or component may be, in the order in which DevTools looks. */
const SCRIPTS = ['ts', 'js']
const STYLES = ['wxss', 'less', 'scss', 'sass']
const PACKAGES = 'miniprogram_npm'

/**
 * The files of a mini program under the paths the app uses: relative to the folder with app.json. Packages
 * are found in `miniprogram_npm`, and, before "Build npm" has been run, in `node_modules`.
 */
export class SourceTree {
  /** The folder with app.json. */
  readonly root: string
  /** False where DevTools does not check the domains of requests either: `urlCheck` of the project's settings. */
  readonly urlCheck: boolean

  /**
   * @param folder the folder with app.json or the project's folder, whose project.config.json names it
   * @param project the project's folder, if it is another one
   */
  constructor(folder: string, project = folder) {
    const configured = projectRoot(folder)
    const candidates = ['', configured, 'miniprogram', 'src', 'dist']
    const found = candidates.find(
      (path) => path !== undefined && isFile(join(folder, path, 'app.json')),
    )
    this.root = resolve(folder, found ?? configured ?? '')
    // Not of the private settings, where users turn the check off for DevTools with the local cloud.
    this.urlCheck = [project, folder, this.root].every((place) => {
      const { setting } = readConfig(join(place, 'project.config.json'))
      return Object(setting).urlCheck !== false
    })
  }

  /** The path on this machine; it may not exist. */
  real(path: string): string {
    const direct = join(this.root, path)
    if (!path.startsWith(`${PACKAGES}/`) || existsSync(direct)) return direct
    return packageFile(this.root, path.slice(PACKAGES.length + 1)) ?? direct
  }

  isFile(path: string): boolean {
    return isFile(this.real(path))
  }

  /** @throws Error when the file does not exist */
  read(path: string): string {
    return readFileSync(this.real(path), 'utf8').replace(/^\uFEFF/, '')
  }

  /** A problem of a file, with the lines around it. Lines and columns from 1; line 0 for the whole file. */
  problem(file: string, line: number, column: number, message: string): SourceProblem {
    const text = line > 0 && this.isFile(file) ? this.read(file) : ''
    return { file, line, column, message, excerpt: text && formatExcerpt(text, line, column) }
  }

  /** The script of a page or component, with its extension. */
  script(path: string): string | undefined {
    return SCRIPTS.map((type) => `${path}.${type}`).find((file) => this.isFile(file))
  }

  /** The style sheet of a page or component, with its extension. */
  style(path: string): string | undefined {
    return STYLES.map((type) => `${path}.${type}`).find((file) => this.isFile(file))
  }

  /** The paths a reference in a file may mean: relative, from the root, or in a package. */
  candidates(from: string, target: string): string[] {
    if (target.startsWith('/')) return [posix.normalize(target.slice(1))]
    const near = posix.join(posix.dirname(from), target)
    if (target.startsWith('.')) return [near]
    const folders = [posix.dirname(from)]
    while (folders.at(-1) !== '.') folders.push(posix.dirname(folders.at(-1) ?? '.'))
    return [near, ...folders.map((folder) => posix.join(folder, PACKAGES, target)), target]
  }

  /** The component that `usingComponents` of a file refers to; a folder stands for its `index`. */
  component(from: string, target: string): string | undefined {
    const paths = this.candidates(from, target.replace(/\.(?:js|wxml|json)$/, ''))
    return paths
      .flatMap((path) => [path, posix.join(path, 'index')])
      .find(
        (path) => this.isFile(`${path}.wxml`) || (this.isFile(`${path}.json`) && this.script(path)),
      )
  }

  /** The file on this machine that `require` or `import` of a bare or absolute name refers to. */
  module(importer: string, name: string): string | undefined {
    const from = relative(this.root, importer)
    const isOutside = from.startsWith('..')
    const inside = isOutside ? [] : this.candidates(from.split('\\').join('/'), name)
    const found = inside.map((path) => scriptAt(this.real(path))).find(Boolean)
    return found ?? scriptAt(packageFile(dirname(importer), name))
  }
}

/** `miniprogramRoot` of project.config.json. */
function projectRoot(folder: string): string | undefined {
  const { miniprogramRoot, srcMiniprogramRoot } = readConfig(join(folder, 'project.config.json'))
  const root = srcMiniprogramRoot ?? miniprogramRoot
  return typeof root === 'string' ? root : undefined
}

function readConfig(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}

/** The script that a path without an extension means. */
export function scriptAt(path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  const names = [path, `${path}.ts`, `${path}.js`, `${path}.json`, join(path, 'index.ts')]
  return [...names, join(path, 'index.js')].find(isFile)
}

/**
 * A file of a package in the nearest `miniprogram_npm` or `node_modules`, where "Build npm" takes it from: the folder that
 * `miniprogram` of its package.json names, or its main file.
 */
function packageFile(from: string, path: string): string | undefined {
  const parts = path.split('/')
  const name = parts.splice(0, path.startsWith('@') ? 2 : 1).join('/')
  for (let folder = from; ; folder = dirname(folder)) {
    const built = join(folder, PACKAGES, path)
    if (existsSync(built) || scriptAt(built)) return built
    const home = join(folder, 'node_modules', name)
    if (existsSync(home)) {
      const { miniprogram = 'miniprogram_dist', main = 'index.js' } = readConfig(
        join(home, 'package.json'),
      )
      const distribution = join(home, String(miniprogram))
      const base = existsSync(distribution) ? distribution : home
      const isMain = parts.length === 0 && base === home
      return join(base, isMain ? String(main) : parts.join('/'))
    }
    if (folder === dirname(folder)) return undefined
  }
}

/** The app, or a part of it, does not compile. */
export class SourceError extends Error {
  readonly problems: SourceProblem[]

  constructor(problems: SourceProblem[]) {
    super(problems.map(describeProblem).join('\n\n'))
    this.name = 'SourceError'
    this.problems = problems
  }
}

function describeProblem({ file, line, column, message, excerpt }: SourceProblem): string {
  const place = line > 0 ? `${file}:${line}:${column}` : file
  return excerpt ? `${place}  ${message}\n${excerpt}` : `${place}  ${message}`
}

const LINES_AROUND = 2

function formatExcerpt(source: string, line: number, column: number): string {
  const lines = source.split('\n')
  const first = Math.max(1, line - LINES_AROUND)
  const shown = lines.slice(first - 1, line + LINES_AROUND)
  const width = String(line + LINES_AROUND).length
  return shown
    .flatMap((text, i) => {
      const number = first + i
      const row = `${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${text.slice(0, 300)}`
      if (number !== line) return [row]
      return [row, `  ${' '.repeat(width)} | ${' '.repeat(Math.max(column - 1, 0))}^`]
    })
    .join('\n')
}
