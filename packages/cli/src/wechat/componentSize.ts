import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * By how many bytes an app's package grows when it uses a component, without the client: the limit that a test checks,
 * and the target. When the size goes down, the limit follows; it never goes up.
 */
export const COMPONENT_SIZES = [
  { name: 'cos-uploader', limit: 25_600, goal: 25 * 1024 },
  { name: 'cos-file-list', limit: 20_100, goal: 25 * 1024 },
  { name: 'cos-image', limit: 8000, goal: 10 * 1024 },
]

/** The references by relative path in each kind of mini program file. */
const REFERENCES: [ending: string, pattern: RegExp][] = [
  ['.js', /\brequire\(["'](\.[^"']+)["']\)/g],
  ['.wxss', /@import\s*["'](\.[^"']+)["']/g],
]

/** Bytes of a component: its four files, what they refer to, and the components it uses, each file once. */
export function componentSize(path: string, seen = new Set<string>()): number {
  let size = 0
  const add = (file: string) => {
    if (seen.has(file) || !existsSync(file)) return
    seen.add(file)
    size += statSync(file).size
    for (const [ending, pattern] of REFERENCES.filter(([one]) => file.endsWith(one))) {
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
