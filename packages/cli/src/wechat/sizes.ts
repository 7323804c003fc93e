import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CLIENT_SIZES, inKb, sizeWithRequired } from './clientSize'
import { type Finding, nameIn, type Project, staged } from './project'

const MB = 1024 * 1024
/** WeChat's limits for the main package and for each subpackage, and for all of them together. */
const PACKAGE_LIMIT = 2 * MB
const TOTAL_LIMIT = 30 * MB

export interface Sizes {
  findings: Finding[]
  /** A line for each package. */
  lines: string[]
}

/** Checks the size of what would be uploaded: the compile accepts any size. */
export function checkPackageSize(project: Project, out: string, paths: string[]): Sizes {
  const roots = subpackages(JSON.parse(readFileSync(join(out, 'app.json'), 'utf8')))
  const app = nameIn(project, project.app)
  const findings: Finding[] = []
  const lines: string[] = []
  let total = 0
  for (const root of ['', ...roots]) {
    const files = paths
      .filter((path) => (roots.find((one) => path.startsWith(one)) ?? '') === root)
      .map((path) => ({ path, size: statSync(join(out, path)).size }))
      .sort((one, other) => other.size - one.size)
    const size = files.reduce((sum, file) => sum + file.size, 0)
    total += size
    const name = root ? `subpackage ${root}` : 'main package'
    lines.push(`${name}  ${inKb(size)} of ${inKb(PACKAGE_LIMIT)}, ${files.length} files`)
    if (size > PACKAGE_LIMIT) {
      const largest = files.slice(0, 3).map((file) => `${file.path} ${inKb(file.size)}`)
      const message = `${name} is ${inKb(size)}, the limit is ${inKb(PACKAGE_LIMIT)}. Largest: ${largest.join(', ')}`
      findings.push({ file: `${app}/${files[0]?.path}`, message })
    }
  }
  if (total > TOTAL_LIMIT) {
    const message = `all packages are ${inKb(total)}, the limit is ${inKb(TOTAL_LIMIT)}`
    findings.push({ file: `${app}/app.json`, message })
  }
  return { findings, lines }
}

/** Folders of the subpackages, each with its last slash. Both spellings are WeChat's. */
function subpackages(app: { subpackages?: Part[]; subPackages?: Part[] }): string[] {
  const parts = app.subpackages ?? app.subPackages ?? []
  return parts.map(({ root }) => `${root.replace(/^\/|\/$/g, '')}/`)
}

interface Part {
  root: string
}

const CLIENT = 'miniprogram_npm/miniprogram-cos'

/** The size of the client in the app's package, as built and after the compile, for an app that contains it. */
export function checkClientSizes(project: Project, out: string) {
  const findings: Finding[] = []
  const lines: string[] = []
  for (const { entry, what, limit, goal } of CLIENT_SIZES) {
    const path = join(project.app, CLIENT, entry)
    const built = staged(project, path)
    if (!existsSync(built)) continue
    const size = sizeWithRequired(built)
    const compiled = join(out, CLIENT, entry)
    lines.push(
      [
        `${what}  ${inKb(size)}`,
        size > goal ? `goal ${inKb(goal)}, not reached` : `within its goal of ${inKb(goal)}`,
        existsSync(compiled)
          ? `${inKb(sizeWithRequired(compiled))} after WeChat's compile`
          : 'not used by this app',
      ].join('; '),
    )
    if (size > limit) {
      const message = `${what} takes ${inKb(size)}, its limit is ${inKb(limit)}`
      findings.push({ file: nameIn(project, path), message })
    }
  }
  return { findings, lines }
}
