import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { t } from '../text'
import { type Finding, nameIn, type Project, staged } from './project'

const MB = 1024 * 1024
/** WeChat's limits for the main package and for each subpackage, and for all of them together. */
const PACKAGE_LIMIT = 2 * MB
const TOTAL_LIMIT = 30 * MB

interface Sizes {
  findings: Finding[]
  /** A line for each package. */
  lines: string[]
}

/**
 * Checks the sizes of a compiled project: its packages, and what the kit adds to them.
 * @param out the folder with the compiled files
 * @param paths the files that WeChat would upload
 */
export function checkSizes(project: Project, out: string, paths: string[]): Sizes {
  const all = [
    checkPackageSize(project, out, paths),
    checkClientSizes(project, out),
    checkComponentSizes(project),
  ]
  return {
    findings: all.flatMap(({ findings }) => findings),
    lines: all.flatMap(({ lines }) => lines),
  }
}

/** Checks the sizes of the upload, because the compile accepts any size. */
function checkPackageSize(project: Project, out: string, paths: string[]): Sizes {
  const roots = subpackages(JSON.parse(readFileSync(join(out, 'app.json'), 'utf8')))
  const app = nameIn(project, project.app)
  const findings: Finding[] = []
  const lines: string[] = []
  let total = 0
  for (const root of ['', ...roots]) {
    const files = paths
      .filter((path) => (roots.find((folder) => path.startsWith(folder)) ?? '') === root)
      .map((path) => ({ path, size: statSync(join(out, path)).size }))
      .sort((one, other) => other.size - one.size)
    const size = files.reduce((sum, file) => sum + file.size, 0)
    total += size
    const name = root ? t(`subpackage ${root}`, `分包 ${root}`) : t('main package', '主包')
    lines.push(
      t(
        `${name}  ${inKb(size)} of ${inKb(PACKAGE_LIMIT)}, ${files.length} files`,
        `${name}  ${inKb(size)} / ${inKb(PACKAGE_LIMIT)}，${files.length} 个文件`,
      ),
    )
    if (size > PACKAGE_LIMIT) {
      const largest = files.slice(0, 3).map((file) => `${file.path} ${inKb(file.size)}`)
      const message = t(
        `${name} is ${inKb(size)}, the limit is ${inKb(PACKAGE_LIMIT)}. Largest: ${largest.join(', ')}`,
        `${name}为 ${inKb(size)}，上限 ${inKb(PACKAGE_LIMIT)}。最大的文件：${largest.join('、')}`,
      )
      findings.push({ file: `${app}/${files[0]?.path}`, message })
    }
  }
  if (total > TOTAL_LIMIT) {
    const message = t(
      `all packages are ${inKb(total)}, the limit is ${inKb(TOTAL_LIMIT)}`,
      `所有包共 ${inKb(total)}，上限 ${inKb(TOTAL_LIMIT)}`,
    )
    findings.push({ file: `${app}/app.json`, message })
  }
  return { findings, lines }
}

/** Folders of the subpackages, with trailing slashes. WeChat accepts both spellings. */
function subpackages(app: { subpackages?: Part[]; subPackages?: Part[] }): string[] {
  const parts = app.subpackages ?? app.subPackages ?? []
  return parts.map(({ root }) => `${root.replace(/^\/|\/$/g, '')}/`)
}

interface Part {
  root: string
}

/** The size of a part of an app: the limit that a test checks, and the target. */
interface SizeLimit {
  what: string
  limit: number
  goal: number
}

/** @param path the file in the project that a finding names */
function checkSize(
  project: Project,
  path: string,
  { what, limit, goal }: SizeLimit,
  size: number,
): { line: string; findings: Finding[] } {
  const outcome =
    size > goal
      ? t(`goal ${inKb(goal)}, not reached`, `未达目标 ${inKb(goal)}`)
      : t(`within its goal of ${inKb(goal)}`, `达到目标 ${inKb(goal)}`)
  const message = t(
    `${what} takes ${inKb(size)}, its limit is ${inKb(limit)}`,
    `${what}为 ${inKb(size)}，上限 ${inKb(limit)}`,
  )
  return {
    line: `${what}  ${inKb(size)}; ${outcome}`,
    findings: size > limit ? [{ file: nameIn(project, path), message }] : [],
  }
}

const CLIENT = 'miniprogram_npm/miniprogram-cos'
const COMPONENTS = 'miniprogram_npm/miniprogram-cos-components'

/** The size of the client in the app's package, as built and after the compile, for an app that contains it. */
function checkClientSizes(project: Project, out: string): Sizes {
  const sizes: Sizes = { findings: [], lines: [] }
  for (const { entry, ...limits } of CLIENT_SIZES) {
    const path = join(project.app, CLIENT, entry)
    const built = staged(project, path)
    if (!existsSync(built)) continue
    const { line, findings } = checkSize(project, path, limits, sizeWithRequired(built))
    const compiled = join(out, CLIENT, entry)
    const afterCompile = existsSync(compiled)
      ? t(
          `${inKb(sizeWithRequired(compiled))} after WeChat's compile`,
          `微信编译后 ${inKb(sizeWithRequired(compiled))}`,
        )
      : t('not used by this app', '该小程序未使用')
    sizes.lines.push(`${line}; ${afterCompile}`)
    sizes.findings.push(...findings)
  }
  return sizes
}

/** The size of each component of the kit without the client, as built, for an app that contains them. */
function checkComponentSizes(project: Project): Sizes {
  const sizes: Sizes = { findings: [], lines: [] }
  for (const { name, ...limits } of COMPONENT_SIZES) {
    const path = join(project.app, COMPONENTS, name, name)
    const built = staged(project, path)
    if (!existsSync(`${built}.json`)) continue
    const what = `<${name}>`
    const size = componentSize(built)
    const { line, findings } = checkSize(project, `${path}.js`, { what, ...limits }, size)
    sizes.lines.push(line)
    sizes.findings.push(...findings)
  }
  return sizes
}

/**
 * The bytes that a component adds to an app's package, without the client: the limit that a test checks, and the target. When
 * the size decreases, the limit is lowered; it is raised only for a new feature.
 */
export const COMPONENT_SIZES = [
  { name: 'cos-uploader', limit: 25_600, goal: 25 * 1024 },
  { name: 'cos-file-list', limit: 20_600, goal: 25 * 1024 },
  { name: 'cos-image', limit: 9_600, goal: 10 * 1024 },
]

/** The references by relative path in each kind of mini program file. */
const REFERENCES: [ending: string, pattern: RegExp][] = [
  ['.js', /\brequire\(["'](\.[^"']+)["']\)/g],
  ['.wxss', /@import\s*["'](\.[^"']+)["']/g],
]

/** Bytes of a component: its four files, and all files and components that they refer to. */
export function componentSize(path: string, seen = new Set<string>()): number {
  let size = 0
  const add = (file: string) => {
    if (seen.has(file) || !existsSync(file)) return
    seen.add(file)
    size += statSync(file).size
    for (const [ending, pattern] of REFERENCES.filter(([suffix]) => file.endsWith(suffix))) {
      for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(pattern)) {
        add(join(dirname(file), name.endsWith(ending) ? name : name + ending))
      }
    }
  }
  for (const ending of ['.js', '.wxml', '.wxss', '.json']) add(path + ending)
  const { usingComponents = {} } = JSON.parse(readFileSync(`${path}.json`, 'utf8'))
  for (const target of Object.values<string>(usingComponents)) {
    const used = join(dirname(path), target)
    if (!seen.has(`${used}.js`)) size += componentSize(used, seen)
  }
  return size
}

const KB = 1024

/**
 * The bytes that each entry of the client adds to an app's package, and the bytes that are loaded at start: the limits that a
 * test checks, and the targets. When a size decreases, its limit is lowered.
 */
export const CLIENT_SIZES = [
  {
    entry: 'index.js',
    what: 'client',
    limit: 82_060,
    goal: 60 * KB,
    start: { limit: 40_850, goal: 42 * KB },
  },
  {
    entry: 'upload.js',
    what: 'upload-only client',
    limit: 53_920,
    goal: 41 * KB,
    start: { limit: 38_360, goal: 36 * KB },
  },
  // Includes the advice, which an app may exclude.
  {
    entry: 'form.js',
    what: 'form-only client',
    limit: 12_140,
    goal: 8 * KB,
    start: { limit: 8_990, goal: 8 * KB },
  },
]

/** Requires a script by a relative path. */
const REQUIRE = /\brequire\(["'](\.[^"']+)["']\)/g
/** The same when the script is loaded, not by a function that is called later: `=>require(…)`. */
const REQUIRE_AT_ONCE = /[\w$}]=require\(["'](\.[^"']+)["']\)/g

/** Bytes of a script and of all scripts that it requires by relative paths. */
export function sizeWithRequired(file: string, seen = new Set<string>()): number {
  return totalSize(file, REQUIRE, seen)
}

/** Bytes of a file of the client and of the files that it loads at start. */
export function sizeAtStart(file: string): number {
  return totalSize(file, REQUIRE_AT_ONCE, new Set())
}

function totalSize(file: string, pattern: RegExp, seen: Set<string>): number {
  if (seen.has(file)) return 0
  seen.add(file)
  const required = readFileSync(file, 'utf8').matchAll(pattern)
  let size = statSync(file).size
  for (const [, name = ''] of required) {
    const path = join(dirname(file), name)
    size += totalSize(path.endsWith('.js') ? path : `${path}.js`, pattern, seen)
  }
  return size
}

/** `74.3 KB`; 1 KB is 1024 bytes, as DevTools counts. */
export function inKb(bytes: number): string {
  return `${(bytes / KB).toFixed(1)} KB`
}
