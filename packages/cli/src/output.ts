import { createColors } from 'picocolors'
import { forProject } from './project'
import { localizedError, t } from './text'

/**
 * Colours for a stream: on a terminal without NO_COLOR or TERM=dumb, or with FORCE_COLOR.
 * @see https://no-color.org
 */
export function colorsFor(
  stream: { isTTY?: boolean },
  { NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv = process.env,
): ReturnType<typeof createColors> {
  if (NO_COLOR) return createColors(false)
  if (FORCE_COLOR !== undefined) return createColors(FORCE_COLOR !== '0')
  return createColors(stream.isTTY === true && TERM !== 'dumb')
}

/** Colours the symbol at the beginning of a line, and the arrow before the fix. */
export function paint(text: string, colors: ReturnType<typeof createColors>): string {
  return text
    .replace(/^(\s*)✓/gm, (_, indent) => indent + colors.green('✓'))
    .replace(/^(\s*)✗/gm, (_, indent) => indent + colors.red('✗'))
    .replace(/^(\s*)!/gm, (_, indent) => indent + colors.yellow('!'))
    .replace(/^(\s*)·/gm, (_, indent) => indent + colors.dim('·'))
    .replace(/^(\s*)→/gm, (_, indent) => indent + colors.cyan('→'))
}

/** The part of a SecretId that identifies it. */
export function maskId(SecretId: string): string {
  return `${SecretId.slice(0, 4)}…${SecretId.slice(-4)}`
}

/** Writes lines in which secrets are masked. */
export class SafeOutput {
  readonly #secrets: string[]

  /** @param secrets secrets to mask. Those of less than 8 characters are ignored, because words may contain them */
  constructor(secrets: (string | undefined)[] = []) {
    this.#secrets = secrets.filter(
      (secret): secret is string => secret !== undefined && secret.length >= 8,
    )
  }

  /** Adds a secret that became known later, such as a temporary key. */
  hide(secret: string): void {
    if (secret.length >= 8) this.#secrets.push(secret)
  }

  line(text: string): void {
    console.log(paint(this.#clean(text), colorsFor(process.stdout)))
  }

  error(text: string): void {
    console.error(paint(this.#clean(text), colorsFor(process.stderr)))
  }

  #clean(text: string): string {
    const shown = forProject(text)
    return this.#secrets.reduce((clean, secret) => clean.replaceAll(secret, '****'), shown)
  }
}

/**
 * Asks for confirmation on the terminal.
 * @returns undefined without a terminal; false for no, and for Ctrl+C
 */
export async function confirm(message: string): Promise<boolean | undefined> {
  if (!process.stdin.isTTY) return undefined
  const { confirm: ask } = await import('@clack/prompts')
  // The question is written to standard error, because programs read standard output.
  const answer = await ask({
    message,
    active: t('yes', '是'),
    inactive: t('no', '否'),
    initialValue: false,
    output: process.stderr,
  })
  return answer === true
}

/**
 * Whether the user agrees, by `--yes` or on the terminal.
 * @throws Error if neither is possible
 */
export async function isAgreed(yes: boolean, question: string): Promise<boolean> {
  const answer = yes || (await confirm(question))
  if (answer !== undefined) return answer
  throw localizedError('stdin is not a TTY; pass --yes', '标准输入不是终端，请加 --yes')
}

/** Receives the steps of the main scenario. */
export type Reporter = Pick<Printer, 'title' | 'line' | 'bar' | 'check'>

/** Prints the steps of the main scenario: titles, results, and a progress bar on a terminal. */
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
      `  ${bar} ${String(Math.floor(percent * 100)).padStart(3)}%  ${formatSize(speed)}/s  ${name}`,
    )
  }

  #overwrite(text: string): void {
    if (this.#isTerminal) process.stdout.write(`\r\x1b[2K${text}`)
  }
}

/** Columns that a text takes in a terminal: two for a Chinese character. */
export function columnsOf(text: string): number {
  return text.replace(/[\u2e80-\uffef]/g, '  ').length
}

/** Pads a text to a number of columns. */
export function padColumns(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)))
}

export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
