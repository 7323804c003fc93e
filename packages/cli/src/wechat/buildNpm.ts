import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { loadModule } from '@miniprogram-cos/simulator'
import { parse, type Token, tokTypes } from 'acorn'
import { t } from '../text'
import { MiniprogramCiError, runMiniprogramCi } from './miniprogramCi'
import { describeFinding, type Finding, nameIn, type Project, staged } from './project'

const PARSE_ERROR = /parse js file \((.+)\) failed: (.+?) \((\d+):\d+\)/
const OUTSIDE = /^\/\/miniprogram-npm-outsideDeps=(.+)$/m

/**
 * Runs "Build npm" in the staged copy. The builder reports success even if it omits a file that it cannot parse, so its
 * result is checked.
 */
export async function buildNpm(project: Project): Promise<Finding[]> {
  const { packNpmManually, packNpmRelationList = [] } = project.config.setting ?? {}
  if (!packNpmManually) return []
  const findings: Finding[] = []
  for (const relation of packNpmRelationList) {
    const manifest = resolve(project.folder, relation.packageJsonPath)
    const target = staged(project, resolve(project.folder, relation.miniprogramNpmDistDir))
    findings.push(...(await buildOne(project, manifest, target)))
  }
  return findings
}

async function buildOne(project: Project, manifest: string, target: string): Promise<Finding[]> {
  const findings: Finding[] = []
  const find = (file: string, line: number | undefined, message: string) =>
    findings.push({ file: nameIn(project, file), line, message })
  const unparsed = (text: string) => {
    const [, file = '', message, line] = PARSE_ERROR.exec(text) ?? []
    if (!message) return false
    find(
      file,
      Number(line),
      t(
        `WeChat's npm builder cannot read this: ${message}. It supports ES2018`,
        `微信的 npm 构建工具无法解析：${message}。它支持 ES2018`,
      ),
    )
    return true
  }
  try {
    const details = { packageJsonPath: manifest, miniprogramNpmDistDir: target }
    const { warnList, printed } = await runMiniprogramCi('buildNpm', details)
    for (const line of printed) {
      if (!unparsed(line)) find(manifest, undefined, line)
    }
    for (const { jsPath, msg, startLine } of warnList) find(jsPath, startLine, msg)
  } catch (error) {
    if (!(error instanceof MiniprogramCiError)) throw error
    if (!unparsed(error.message)) find(manifest, undefined, error.message)
  }
  const built = join(target, 'miniprogram_npm')
  for (const name of dependencies(manifest)) {
    if (!existsSync(join(built, name)))
      find(manifest, undefined, t(`${name} was not built`, `${name} 未构建`))
  }
  if (findings.length > 0) return findings
  for (const { name, of } of leftOut(built)) {
    const source = join(dirname(manifest), 'node_modules', of)
    find(
      source,
      undefined,
      t(`${name} is missing from the built package`, `构建结果中缺少 ${name}`),
    )
  }
  return findings
}

function dependencies(manifest: string): string[] {
  return Object.keys(JSON.parse(readFileSync(manifest, 'utf8')).dependencies ?? {})
}

/** Omitted files: the bundle lists them as external dependencies with a relative name. */
function leftOut(built: string): { name: string; of: string }[] {
  return scriptsBelow(built).flatMap((file) => {
    const [, list = '[]'] = OUTSIDE.exec(readFileSync(file, 'utf8')) ?? []
    const names = (JSON.parse(list) as string[]).filter((name) => name.startsWith('.'))
    return names.map((name) => ({ name, of: dirname(relative(built, file)) }))
  })
}

/** All scripts below a folder. */
function scriptsBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(folder, name))
}

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
