import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import type { AppConfig, Part, SourceProblem } from '../preview/protocol'
import { problemAt, SourceError } from './sourceError'

export interface AppFiles {
  config: AppConfig
  /** theme.json, if the app has one. */
  theme: { light: Record<string, string>; dark: Record<string, string> } | undefined
  parts: Part[]
}

/** Reads app.json and follows it to every page and component. @throws SourceError */
export function readAppFiles(root: string): AppFiles {
  const problems: SourceProblem[] = []
  const read = (file: string) => readJson(root, file, problems)
  const config = read('app.json') as unknown as AppConfig | undefined
  if (!config) throw new SourceError(problems)
  const parts = new Map<string, Part>()
  const follow = (path: string, kind: Part['kind'], from: string) => {
    if (parts.has(path)) return
    const missing = ['wxml', 'json'].filter((type) => !existsSync(join(root, `${path}.${type}`)))
    if (!['ts', 'js'].some((type) => existsSync(join(root, `${path}.${type}`)))) missing.push('ts')
    if (missing.length > 0) {
      const message = `the ${kind} ${path} has no file ${path}.${missing[0]}`
      problems.push(problemAt(root, from, { ...placeOf(root, from, path), message }))
      return
    }
    const own = (read(`${path}.json`) ?? {}) as Part['config']
    const usingComponents: Record<string, string> = {}
    for (const [tag, target] of Object.entries({
      ...config.usingComponents,
      ...own.usingComponents,
    })) {
      usingComponents[tag] = `/${resolvePath(path, target)}`
    }
    parts.set(path, { path, kind, config: { ...own, usingComponents } })
    for (const target of Object.values(usingComponents)) {
      follow(target.slice(1), 'component', `${path}.json`)
    }
  }
  for (const page of config.pages) follow(page, 'page', 'app.json')
  const theme = config.themeLocation ? read(config.themeLocation) : undefined
  if (problems.length > 0) throw new SourceError(problems)
  return { config, theme: theme as AppFiles['theme'], parts: [...parts.values()] }
}

/** A path as a file of the app writes it, from the root. */
export function resolvePath(from: string, target: string): string {
  return target.startsWith('/') ? target.slice(1) : posix.join(dirname(from), target)
}

/** Where a JSON file mentions a path. */
function placeOf(root: string, file: string, path: string): { line: number; column: number } {
  const lines = readFileSync(join(root, file), 'utf8').split('\n')
  const last = path.slice(path.lastIndexOf('/') + 1)
  const name = lines.some((text) => text.includes(path)) ? path : last
  const line = lines.findIndex((text) => text.includes(name))
  return line < 0
    ? { line: 1, column: 1 }
    : { line: line + 1, column: (lines[line] as string).indexOf(name) + 1 }
}

function readJson(
  root: string,
  file: string,
  problems: SourceProblem[],
): Record<string, unknown> | undefined {
  let text: string
  try {
    text = readFileSync(join(root, file), 'utf8')
  } catch {
    problems.push(problemAt(root, file, { line: 0, column: 0, message: 'the file is missing' }))
    return undefined
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    const { message } = error as Error
    // `… at position 12 (line 2 column 3)` in newer versions, the position alone in Node 20.
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length)
    const before = text.slice(0, position).split('\n')
    const place = { line: before.length, column: (before.at(-1) as string).length + 1 }
    problems.push(problemAt(root, file, { ...place, message: `not JSON: ${message}` }))
    return undefined
  }
}
