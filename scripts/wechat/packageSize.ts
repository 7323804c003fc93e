import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inKb } from '../clientSize'
import type { Finding } from './finding'
import { nameIn, type Project } from './project'

const MB = 1024 * 1024
/** WeChat's limits for the main package and for each subpackage, and for all of them together. */
const LIMIT = 2 * MB
const LIMIT_OF_ALL = 30 * MB

export interface Sizes {
  findings: Finding[]
  /** A line for each package. */
  lines: string[]
}

/** Counts what would be uploaded. The compile itself takes any size. */
export function checkPackageSize(project: Project, out: string, paths: string[]): Sizes {
  const roots = subpackages(JSON.parse(readFileSync(join(out, 'app.json'), 'utf8')))
  const app = nameIn(project, project.app)
  const findings: Finding[] = []
  const lines: string[] = []
  let all = 0
  for (const root of ['', ...roots]) {
    const files = paths
      .filter((path) => (roots.find((one) => path.startsWith(one)) ?? '') === root)
      .map((path) => ({ path, size: statSync(join(out, path)).size }))
      .sort((one, other) => other.size - one.size)
    const size = files.reduce((sum, file) => sum + file.size, 0)
    all += size
    const name = root ? `subpackage ${root}` : 'main package'
    lines.push(`${name}  ${inKb(size)} of ${inKb(LIMIT)}, ${files.length} files`)
    if (size > LIMIT) {
      const largest = files.slice(0, 3).map((file) => `${file.path} ${inKb(file.size)}`)
      const message = `${name} is ${inKb(size)}, the limit is ${inKb(LIMIT)}. Largest: ${largest.join(', ')}`
      findings.push({ file: `${app}/${files[0]?.path}`, message })
    }
  }
  if (all > LIMIT_OF_ALL) {
    const message = `all packages are ${inKb(all)}, the limit is ${inKb(LIMIT_OF_ALL)}`
    findings.push({ file: `${app}/app.json`, message })
  }
  return { findings, lines }
}

/** Folders of the subpackages, each with a slash at its end. Both spellings are WeChat's. */
function subpackages(app: { subpackages?: Part[]; subPackages?: Part[] }): string[] {
  const parts = app.subpackages ?? app.subPackages ?? []
  return parts.map(({ root }) => `${root.replace(/^\/|\/$/g, '')}/`)
}

interface Part {
  root: string
}
