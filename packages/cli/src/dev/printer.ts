import { colorsFor, paint } from '../output'

/** Receives the steps of the main job. */
export type Reporter = Pick<Printer, 'title' | 'line' | 'bar' | 'check'>

/** Prints the steps of the main job: titles, results, and a progress bar on a terminal. */
export class Printer {
  readonly #isTerminal = process.stdout.isTTY === true
  readonly #colors = colorsFor(process.stdout)
  failures = 0

  title(text: string): void {
    console.log(`\n${this.#colors.bold(text)}`)
  }

  line(text: string): void {
    console.log(`  ${text}`)
  }

  /** The result of one check. */
  check(isGood: boolean, text: string): void {
    if (!isGood) this.failures++
    this.#overwrite('')
    console.log(paint(`  ${isGood ? '✓' : '✗'} ${text}`, this.#colors))
  }

  /** Draws a progress bar; prints nothing if the output is not a terminal. */
  bar(name: string, percent: number, speed: number): void {
    const filled = Math.round(percent * 30)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(30 - filled)}`
    this.#overwrite(
      `  ${bar} ${String(Math.floor(percent * 100)).padStart(3)}%  ${formatBytes(speed)}/s  ${name}`,
    )
  }

  #overwrite(text: string): void {
    if (this.#isTerminal) process.stdout.write(`\r\x1b[2K${text}`)
  }
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
