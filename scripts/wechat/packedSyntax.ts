import { readFileSync } from 'node:fs'
import { parse, type Token, tokTypes } from 'acorn'
import { scriptsBelow } from './buildNpm'
import type { Finding } from './finding'
import { nameIn } from './project'

/**
 * Reads every script of the built packages as ES2018, as the oldest phones do that WeChat runs on. The compile
 * lowers what is newer, but neither BigInt literals nor lookbehind, and only in apps that have it on. ES modules are
 * accepted: the compile turns them into CommonJS.
 * @param built the folder miniprogram_npm
 * @param folder what findings are relative to
 */
export function checkPackedSyntax(built: string, folder: string): Finding[] {
  return scriptsBelow(built).flatMap((path) => {
    const text = readFileSync(path, 'utf8')
    return syntaxFaults(text).map(({ offset, message }) => ({
      file: nameIn({ folder }, path),
      line: text.slice(0, offset).split('\n').length,
      message: `${message}: ${excerpt(text, offset)}`,
    }))
  })
}

interface Fault {
  offset: number
  message: string
}

function syntaxFaults(text: string): Fault[] {
  const tokens: Token[] = []
  try {
    parse(text, {
      ecmaVersion: 2018,
      sourceType: isModule(text) ? 'module' : 'script',
      onToken: tokens,
    })
  } catch (error) {
    const { raisedAt, pos } = error as { raisedAt: number; pos: number }
    const isBigInt = /\dn$/.test(text.slice(0, raisedAt + 1))
    return [{ offset: pos, message: isBigInt ? 'a BigInt literal' : 'is newer than ES2018' }]
  }
  return tokens
    .filter((token) => token.type === tokTypes.regexp && /\(\?<[=!]/.test(pattern(token)))
    .map((token) => ({ offset: token.start, message: 'lookbehind in a regular expression' }))
}

/** Whether a script is an ES module. */
const isModule = (text: string) => /^\s*(?:import|export)\b/m.test(text)

const pattern = (token: Token) => (token as unknown as { value: { pattern: string } }).value.pattern

/** What stands there on its line, and a little before it. */
function excerpt(text: string, offset: number): string {
  const start = Math.max(text.lastIndexOf('\n', offset - 1) + 1, offset - 40)
  return (text.slice(start, offset + 30).split('\n')[0] ?? '').trim()
}
