import type { SourceProblem } from '../preview/protocol'
import type { SourceTree } from './sourceTree'

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

/** A problem with the lines around it. */
export function problemAt(
  tree: SourceTree,
  file: string,
  { line, column, message }: { line: number; column: number; message: string },
): SourceProblem {
  return { file, line, column, message, excerpt: excerptOf(tree, file, line, column) }
}

function excerptOf(tree: SourceTree, file: string, line: number, column: number): string {
  if (line < 1 || !tree.isFile(file)) return ''
  const lines = tree.read(file).split('\n')
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
