/** Told what the main job does. */
export type Teller = Pick<Printer, 'title' | 'line' | 'bar' | 'check'>

/** What the main job tells, for a person: steps, ticks, and bars while bytes move. */
export class Printer {
  readonly #isTerminal = process.stdout.isTTY === true
  failures = 0

  title(text: string): void {
    console.log(`\n${this.#bold(text)}`)
  }

  line(text: string): void {
    console.log(`  ${text}`)
  }

  /** One thing that was checked. */
  check(isGood: boolean, text: string): void {
    if (!isGood) this.failures++
    this.#overwrite('')
    console.log(`  ${isGood ? this.#colour(32, '✓') : this.#colour(31, '✗')} ${text}`)
  }

  /** A bar in place; nothing where output is not a terminal. */
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

  #bold(text: string): string {
    return this.#isTerminal ? `\x1b[1m${text}\x1b[0m` : text
  }

  #colour(code: number, text: string): string {
    return this.#isTerminal ? `\x1b[${code}m${text}\x1b[0m` : text
  }
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
