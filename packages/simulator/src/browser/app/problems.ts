import { addGlobalErrorListener, addGlobalWarningListener } from 'glass-easel'
import type { SourceProblem } from '../../compile/compiledApp'
import { textElement } from '../dom'
import { isFramed, postToShell } from '../settings'

/** Errors of the app's source, or of its code while it runs. */
export class ProblemError extends Error {
  readonly problems: SourceProblem[]

  constructor(problems: SourceProblem[]) {
    super(problems[0]?.message)
    this.problems = problems
  }
}

/** An error as a problem; its stack is the excerpt. */
export function toProblems(error: unknown): SourceProblem[] {
  if (error instanceof ProblemError) return error.problems
  const { message, stack = '' } = error instanceof Error ? error : new Error(errorText(error))
  const excerpt = stack.split('\n').slice(1, 4).join('\n')
  return [{ file: 'while running', line: 0, column: 0, message, excerpt }]
}

function errorText(error: unknown): string {
  if (error instanceof Object && 'errMsg' in error) return String(error.errMsg)
  return typeof error === 'object' ? JSON.stringify(error) : String(error)
}

/** A box with all problems, where the app or the page would be. The next save that compiles reloads it. */
export function problemsBox(title: string, problems: SourceProblem[]): HTMLElement {
  const box = textElement('problems', '')
  box.setAttribute('role', 'alert')
  box.append(textElement('problems-title', title, 'h1'))
  for (const { file, line, column, message, excerpt } of problems) {
    const where = line > 0 ? `${file}:${line}:${column}` : file
    box.append(textElement('problem-place', where), textElement('problem-text', message))
    if (excerpt) box.append(textElement('problem-source', excerpt, 'pre'))
  }
  return box
}

/** Covers the whole phone: the app cannot start. */
export function showFailedApp(problems: SourceProblem[]): void {
  document.getElementById('phone')?.append(problemsBox('The app does not compile', problems))
}

/** A line above the tab bar for an error that does not concern the visible page; a tap opens it. */
export function reportProblems(where: string, problems: SourceProblem[]): void {
  for (const { file, line, column, message } of problems) {
    console.warn(`${where}: ${message}${line > 0 ? ` (${file}:${line}:${column})` : ''}`)
  }
  const bar = textElement('problem-bar', '', 'div')
  bar.setAttribute('role', 'alert')
  const text = textElement('problem-bar-text', `${where}: ${problems[0]?.message ?? ''}`, 'button')
  const close = textElement('problem-bar-close', '✕', 'button')
  close.setAttribute('aria-label', 'close')
  close.addEventListener('click', () => bar.remove())
  text.addEventListener('click', () => {
    const box = problemsBox(where, problems)
    box.addEventListener('click', () => box.remove())
    document.getElementById('phone')?.append(box)
    bar.remove()
  })
  bar.append(text, close)
  document.querySelector('.problem-bar')?.remove()
  document.getElementById('pages')?.append(bar)
}

/** Runs code of the app; an error is reported and stops nothing else. */
export function attempt(where: string, run: () => void): void {
  try {
    run()
  } catch (error) {
    reportProblems(where, toProblems(error))
  }
}

/** Reports errors that the app throws while it runs. */
export function watchErrors(): void {
  // In event handlers, observers and lifetimes.
  addGlobalErrorListener((error, method, component) => {
    const path = component instanceof Object ? component.is : component
    // A definition names something that does not exist: WeChat ignores the entry and warns.
    if (method === '[prepare]') {
      console.warn(`${path}: ${errorText(error instanceof Error ? error.message : error)}`)
      return false
    }
    console.error(error)
    reportProblems(`${path ?? ''} ${method ?? ''}`.trim(), toProblems(error))
    return false
  })
  // WeChat does not warn about a list that is still undefined.
  addGlobalWarningListener((message) => !/for-list/.test(message))
  window.addEventListener('error', ({ error }) => {
    if (error) reportProblems('Error', toProblems(error))
  })
  window.addEventListener('unhandledrejection', (event) => {
    event.preventDefault()
    // A failed `wx` call whose promise the app ignores is not an error of its code.
    if (event.reason instanceof Error)
      reportProblems('Unhandled rejection', toProblems(event.reason))
    else console.warn('Unhandled rejection:', errorText(event.reason))
  })
}

const LEVELS = ['debug', 'error', 'info', 'log', 'warn'] as const
/** Characters of one entry. */
const MAX_CHARACTERS = 2000

/** Passes on what the app, and the preview, write to the console. */
export function shareConsole(): void {
  if (!isFramed) return
  for (const level of LEVELS) {
    const write = console[level].bind(console)
    console[level] = (...values: unknown[]) => {
      write(...values)
      const text = formatValues(values)
      postToShell({ type: 'console', entry: { level, time: Date.now(), text } })
    }
  }
  const report = (text: string) =>
    postToShell({ type: 'console', entry: { level: 'error', time: Date.now(), text } })
  window.addEventListener('error', ({ message }) => report(message))
}

function formatValues(values: unknown[]): string {
  const [format, ...rest] = values
  // Format specifiers such as `%s`, and styles that only a real console shows.
  const texts =
    typeof format === 'string' && /%[sdifoOc]/.test(format)
      ? [
          format.replace(/%([sdifoOc])/g, (_, kind: string) => {
            const value = rest.shift()
            return kind === 'c' ? '' : formatValue(value)
          }),
          ...rest.map(formatValue),
        ]
      : values.map(formatValue)
  return texts.join(' ').slice(0, MAX_CHARACTERS)
}

function formatValue(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Error) return value.stack ?? value.message
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    const seen = new Set<unknown>()
    const text = JSON.stringify(value, (_, inner: unknown) => {
      if (typeof inner === 'function') return `ƒ ${inner.name}`
      if (typeof inner !== 'object' || inner === null) return inner
      if (inner instanceof ArrayBuffer) return `ArrayBuffer(${inner.byteLength})`
      if (seen.has(inner)) return '…'
      seen.add(inner)
      // Pages and components are too large to print.
      return seen.size > 200 ? '…' : inner
    })
    return text ?? String(value)
  } catch {
    return String(value)
  }
}
