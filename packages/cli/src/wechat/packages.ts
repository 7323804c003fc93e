import { readFileSync } from 'node:fs'
import { loadModule } from '@miniprogram-cos/simulator'
import { parse, type Token, tokTypes } from 'acorn'
import { t } from '../text'
import { scriptsBelow } from './buildNpm'
import { describeFinding, type Finding, nameIn } from './project'

/**
 * Parses all scripts of the built packages as ES2018, which the oldest phones that WeChat supports can run. The compile
 * transforms newer syntax, except BigInt literals and lookbehind, and only if the app enables it. ES modules are
 * accepted: the compile turns them into CommonJS.
 * @param built the folder miniprogram_npm
 * @param folder the base folder of paths in findings
 */
export function checkPackedSyntax(built: string, folder: string): Finding[] {
  return scriptsBelow(built).flatMap((path) => {
    const text = readFileSync(path, 'utf8')
    return findNewSyntax(text).map(({ offset, message }) => ({
      file: nameIn({ folder }, path),
      line: text.slice(0, offset).split('\n').length,
      message: `${message}: ${excerpt(text, offset)}`,
    }))
  })
}

interface SyntaxFinding {
  offset: number
  message: string
}

function findNewSyntax(text: string): SyntaxFinding[] {
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
    return [
      {
        offset: pos,
        message: isBigInt
          ? t('a BigInt literal', 'BigInt 字面量')
          : t('is newer than ES2018', '语法晚于 ES2018'),
      },
    ]
  }
  return tokens
    .filter(
      ({ type, start, end }) =>
        type === tokTypes.regexp && /\(\?<[=!]/.test(text.slice(start, end)),
    )
    .map((token) => ({
      offset: token.start,
      message: t('lookbehind in a regular expression', '正则表达式中的后行断言'),
    }))
}

/** Whether a script is an ES module. */
const isModule = (text: string) => /^\s*(?:import|export)\b/m.test(text)

/** The text around an offset, of its line only. */
function excerpt(text: string, offset: number): string {
  const start = Math.max(text.lastIndexOf('\n', offset - 1) + 1, offset - 40)
  return (text.slice(start, offset + 30).split('\n')[0] ?? '').trim()
}

/** Globals of the logic thread, without effect here, because timers of a module would outlive it. */
const GLOBALS = Object.fromEntries(
  [
    ...['App', 'Page', 'Component', 'Behavior', 'getApp', 'getCurrentPages'],
    ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
  ].map((name) => [name, () => undefined]),
)

const ES_MODULE = /^(?:Unexpected token 'export'|Cannot use import statement)/

/**
 * Loads each script of the built packages as WeChat does: inside its module wrapper, without globals of Node or browsers, and
 * without evaluating strings as code.
 * @param built the folder miniprogram_npm
 * @param folder the base folder of paths in findings
 */
export function loadPackages(built: string, folder: string): Finding[] {
  // A failure in one file is reported for every file that requires it.
  const findings = new Map<string, Finding>()
  for (const path of scriptsBelow(built)) {
    try {
      loadModule(path, { wx: {}, globals: GLOBALS, packages: built })
    } catch (error) {
      // An error of another realm, which is not an instance of this realm's Error.
      const { message = String(error), stack = '' } = error as Error
      // An ES module: the compile turns it into CommonJS, and its syntax is checked elsewhere.
      if (ES_MODULE.test(message)) continue
      const [, rest = '', line] = /^(.+?):(\d+)/m.exec(stack.slice(stack.indexOf(folder))) ?? []
      const finding = {
        file: nameIn({ folder }, line ? rest : path),
        line: line ? Number(line) : undefined,
        message: t(`does not load: ${message}`, `无法加载：${message}`),
      }
      findings.set(describeFinding(finding), finding)
    }
  }
  return [...findings.values()]
}
