import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from './finding'
import { nameIn, type Project } from './project'

const MISSING = /Couldn't resolve the \w+ file "(.+)" relative to "\/(.+?)`?:\d+:\d+`?"/

/**
 * What scripts require, and templates and style sheets import, and nobody can find: a phone would notice first.
 * @param warnings of the builder's analysis, about compiled files
 */
export function findMissingFiles(project: Project, warnings: string[]): Finding[] {
  return warnings.flatMap((warning) => {
    const [, name, file] = MISSING.exec(warning) ?? []
    if (name && file)
      return [{ ...sourceOf(project, file, name), message: `cannot find '${name}'` }]
    // Each is announced by a line that says less.
    return / resolve dep failed$/.test(warning) ? [] : [unread(warning)]
  })
}

const unread = (message: string): Finding => ({ file: 'project.config.json', message })

/** The source that a compiled file came from, and the line that names the missing one. */
function sourceOf(project: Project, compiled: string, name: string): Omit<Finding, 'message'> {
  const path = [compiled, compiled.replace(/\.js$/, '.ts')]
    .map((one) => join(project.app, one))
    .find(existsSync)
  if (!path) return { file: compiled }
  const lines = readFileSync(path, 'utf8').split('\n')
  const at = lines.findIndex((line) => line.includes(`'${name}'`) || line.includes(`"${name}"`))
  return { file: nameIn(project, path), line: at < 0 ? undefined : at + 1 }
}
