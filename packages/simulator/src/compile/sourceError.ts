import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceProblem } from '../preview/protocol'

/** The app cannot be compiled. */
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

/** A problem with the lines around it. */
export function problemAt(
  root: string,
  file: string,
  { line, column, message }: { line: number; column: number; message: string },
): SourceProblem {
  return { file, line, column, message, excerpt: excerptOf(join(root, file), line, column) }
}

function excerptOf(path: string, line: number, column: number): string {
  if (line < 1) return ''
  let lines: string[]
  try {
    lines = readFileSync(path, 'utf8').split('\n')
  } catch {
    return ''
  }
  const first = Math.max(1, line - LINES_AROUND)
  const shown = lines.slice(first - 1, line + LINES_AROUND)
  const width = String(line + LINES_AROUND).length
  return shown
    .flatMap((text, i) => {
      const number = first + i
      const row = `${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${text}`
      if (number !== line) return [row]
      return [row, `  ${' '.repeat(width)} | ${' '.repeat(Math.max(column - 1, 0))}^`]
    })
    .join('\n')
}
