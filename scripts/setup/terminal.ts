import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** Somebody who can be asked. */
export interface Terminal {
  /** @throws Error when no more answers can come */
  ask: (question: string, isHidden: boolean) => Promise<string>
  close: () => void
}

/** Asks on standard output and reads standard input; what answers a hidden question is not shown. */
export function openTerminal(): Terminal {
  let isMuted = false
  const output = new Writable({
    write(chunk, _, done) {
      if (!isMuted) process.stdout.write(chunk)
      done()
    },
  })
  const lines = createInterface({ input: process.stdin, output, terminal: true })
  // Keeps what comes before it is asked for: pasted lines.
  const answers = lines[Symbol.asyncIterator]()
  return {
    async ask(question, isHidden) {
      lines.setPrompt(`${question}: `)
      lines.prompt()
      isMuted = isHidden
      const { value, done } = await answers.next()
      isMuted = false
      if (isHidden) process.stdout.write('\n')
      if (done) throw new Error('there were no more answers; nothing was changed')
      return String(value).trim()
    },
    close: () => lines.close(),
  }
}
