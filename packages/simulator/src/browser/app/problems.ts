import type { SourceProblem } from '../../preview/protocol'
import { textElement } from '../dom'

/** Shows why the app does not run, with file and line. The next save that compiles reloads the page. */
export function showProblems(problems: SourceProblem[]): void {
  const place = document.getElementById('phone') as HTMLElement
  place.querySelector('.problems')?.remove()
  const box = textElement('problems', '')
  box.setAttribute('role', 'alert')
  box.append(textElement('problems-title', 'The app does not compile', 'h1'))
  for (const { file, line, column, message, excerpt } of problems) {
    const where = line > 0 ? `${file}:${line}:${column}` : file
    box.append(textElement('problem-place', where), textElement('problem-text', message))
    if (excerpt) box.append(textElement('problem-source', excerpt, 'pre'))
  }
  place.append(box)
}

/** Shows errors that the app throws while it runs. */
export function watchErrors(): void {
  const show = (error: unknown) => {
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error))
    const excerpt = stack.split('\n').slice(1, 4).join('\n')
    showProblems([{ file: 'while running', line: 0, column: 0, message, excerpt }])
  }
  window.addEventListener('error', ({ error }) => {
    if (error) show(error)
  })
}
