import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** One question on the terminal; what is typed in answer to a hidden one is not shown. */
export async function askTerminal(question: string, isHidden: boolean): Promise<string> {
  let isMuted = false
  const output = new Writable({
    write(chunk, _, done) {
      if (!isMuted) process.stdout.write(chunk)
      done()
    },
  })
  const terminal = createInterface({ input: process.stdin, output, terminal: true })
  const answer = terminal.question(`${question}: `)
  isMuted = isHidden
  const text = await answer
  terminal.close()
  if (isHidden) process.stdout.write('\n')
  return text.trim()
}
