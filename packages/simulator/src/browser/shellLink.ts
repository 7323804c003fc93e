import type { NetworkProfile, ShellMessage } from '../preview/protocol'

/** Whether the phone is shown on the page with all phones, or alone in a window. */
export const isFramed = window.parent !== window

/** The network that this phone is switched to. */
export const network: { profile: NetworkProfile } = { profile: 'wifi' }

/** Tells the page with all phones; does nothing on a phone alone in a window. */
export function tellShell(message: ShellMessage): void {
  // The page has another port, which the phone does not know; what it is told is shown there only.
  if (isFramed) window.parent.postMessage(message, '*')
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
      tellShell({ type: 'console', entry: { level, time: Date.now(), text } })
    }
  }
  const report = (text: string) =>
    tellShell({ type: 'console', entry: { level: 'error', time: Date.now(), text } })
  window.addEventListener('error', ({ message }) => report(message))
}

function formatValues(values: unknown[]): string {
  const [format, ...rest] = values
  // `%s` and the like, with styles that only a real console shows.
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
      // Pages and components are far too large.
      return seen.size > 200 ? '…' : inner
    })
    return text ?? String(value)
  } catch {
    return String(value)
  }
}
