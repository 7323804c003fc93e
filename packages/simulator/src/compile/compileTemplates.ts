import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TmplGroup } from 'glass-easel-template-compiler'
import type { SourceProblem } from '../preview/protocol'
import { problemAt, SourceError } from './sourceError'

/** What glass-easel's compiler finds in a template; lines and columns from 0. */
interface Finding {
  level: 'Note' | 'Warn' | 'Error' | 'Fatal'
  message: string
  startLine: number
  startColumn: number
}

/**
 * Compiles templates, and those and the scripts they import.
 * @param paths without `.wxml`
 * @returns a JavaScript expression: compiled templates by path
 * @throws SourceError for what WeChat would refuse, and for what is surely a slip, as a missing end tag
 */
export function compileTemplates(root: string, paths: string[]): string {
  const group = new TmplGroup()
  try {
    const problems = addTemplates(group, root, paths)
    if (problems.length > 0) throw new SourceError(problems)
    return group.getTmplGenObjectGroups()
  } finally {
    group.free()
  }
}

function addTemplates(group: TmplGroup, root: string, paths: string[]): SourceProblem[] {
  const problems: SourceProblem[] = []
  const waiting = [...paths]
  const seen = new Set(waiting)
  const scripts = new Set<string>()
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const file = `${path}.wxml`
    const text = readFileSync(join(root, file), 'utf8')
    for (const finding of group.addTmpl(path, text) as Finding[]) {
      if (finding.level === 'Note') continue
      const { startLine, startColumn, message } = finding
      problems.push(
        problemAt(root, file, { line: startLine + 1, column: startColumn + 1, message }),
      )
    }
    // The compiler has resolved them already.
    for (const imported of group.getDirectDependencies(path) as string[]) {
      if (!existsSync(join(root, `${imported}.wxml`))) {
        problems.push(missing(root, file, text, `${imported}.wxml`))
      } else if (!seen.has(imported)) {
        seen.add(imported)
        waiting.push(imported)
      }
    }
    for (const script of group.getScriptDependencies(path) as string[]) {
      if (scripts.has(script)) continue
      scripts.add(script)
      const source = [`${script}.wxs`, script].find((name) => existsSync(join(root, name)))
      if (source) group.addScript(script, readFileSync(join(root, source), 'utf8'))
      else problems.push(missing(root, file, text, script))
    }
  }
  return problems
}

function missing(root: string, file: string, text: string, wanted: string): SourceProblem {
  const name = wanted.slice(wanted.lastIndexOf('/') + 1)
  const line = text.split('\n').findIndex((one) => one.includes(name.replace(/\.wxml$/, '')))
  const message = `there is no file ${wanted}`
  return problemAt(root, file, { line: line + 1, column: 1, message })
}
