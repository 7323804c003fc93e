import { posix } from 'node:path'
import { Script } from 'node:vm'
import { TmplGroup } from 'glass-easel-template-compiler'
import type { SourceProblem } from './compiledApp'
import type { SourceTree } from './sourceTree'

/** What glass-easel's compiler finds in a template; lines and columns from 0. */
interface Finding {
  level: 'Note' | 'Warn' | 'Error' | 'Fatal'
  message: string
  startLine: number
  startColumn: number
}

export interface CompiledTemplates {
  /** A JavaScript expression: the compiled templates by path. */
  script: string
  /** By the path of the page or component. */
  problems: Map<string, SourceProblem[]>
  warnings: SourceProblem[]
}

/**
 * Compiles templates with everything they import. Code that WeChat refuses is a problem of the template; code that
 * WeChat ignores, such as an unknown attribute, is a warning.
 * @param paths without `.wxml`
 */
export function compileTemplates(tree: SourceTree, paths: string[]): CompiledTemplates {
  const group = new TmplGroup()
  // WXS functions are called with the instances that WeChat gives them.
  group.setExtraRuntimeScript('Q.A=__preview.wxsObserver;Q.C=__preview.wxsHandler;')
  try {
    const compiler = new TemplateCompiler(group, tree)
    for (const path of paths) if (tree.isFile(`${path}.wxml`)) compiler.add(path)
    return { script: group.getTmplGenObjectGroups(), ...compiler }
  } finally {
    group.free()
  }
}

class TemplateCompiler {
  readonly problems = new Map<string, SourceProblem[]>()
  readonly warnings: SourceProblem[] = []
  readonly #group: TmplGroup
  readonly #tree: SourceTree
  readonly #templates = new Map<string, SourceProblem[]>()
  readonly #scripts = new Set<string>()

  constructor(group: TmplGroup, tree: SourceTree) {
    this.#group = group
    this.#tree = tree
  }

  /** Adds the template of a page or component. */
  add(path: string): void {
    const problems = this.#addTemplate(path)
    if (problems.length > 0) this.problems.set(path, problems)
  }

  /** @returns the problems of the template and of those it imports */
  #addTemplate(path: string): SourceProblem[] {
    const known = this.#templates.get(path)
    if (known) return known
    const problems: SourceProblem[] = []
    this.#templates.set(path, problems)
    const file = `${path}.wxml`
    const text = this.#tree.read(file)
    for (const finding of this.#group.addTmpl(path, prepared(text)) as Finding[]) {
      if (finding.level === 'Note') continue
      const { startLine, startColumn, message } = finding
      const list = isRefused(finding) ? problems : this.warnings
      list.push(this.#tree.problem(file, startLine + 1, startColumn + 1, message))
    }
    for (const imported of this.#group.getDirectDependencies(path) as string[]) {
      if (this.#tree.isFile(`${imported}.wxml`)) problems.push(...this.#addTemplate(imported))
      else problems.push(this.#missing(file, text, `${imported}.wxml`))
    }
    for (const script of this.#group.getScriptDependencies(path) as string[]) {
      problems.push(...this.#addScript(script, file, text))
    }
    for (const { index, 1: start = '', 2: script = '' } of text.matchAll(INLINE_SCRIPT)) {
      const before = text.slice(0, index + start.length).split('\n').length - 1
      problems.push(...this.#syntaxProblems(script, file, before))
      problems.push(...this.#addRequired(script, path, file))
    }
    // A template with errors would break the generated code of all others.
    if (problems.length > 0) this.#group.addTmpl(path, '')
    return problems
  }

  #addScript(path: string, from: string, text: string): SourceProblem[] {
    if (this.#scripts.has(path)) return []
    const file = [path, `${path}.wxs`].find((name) => this.#tree.isFile(name))
    if (!file) return [this.#missing(from, text, path)]
    this.#scripts.add(path)
    const source = this.#tree.read(file)
    const problems = this.#syntaxProblems(source, file, 0)
    if (problems.length > 0) return problems
    this.#group.addScript(path, preparedScript(source))
    return this.#addRequired(source, path, file)
  }

  /** Syntax errors of a script, which would break the generated code of all templates. */
  #syntaxProblems(script: string, file: string, linesBefore: number): SourceProblem[] {
    const error = syntaxError(preparedScript(script))
    if (!error) return []
    const line = linesBefore + Number(/^wxs:(\d+)/.exec(error.stack ?? '')?.[1] ?? 1)
    return [this.#tree.problem(file, line, 1, error.message)]
  }

  /** Adds the modules that a script requires. */
  #addRequired(source: string, path: string, file: string): SourceProblem[] {
    const required = [...source.matchAll(/\brequire\(\s*['"](.+?)['"]\s*\)/g)]
    return required.flatMap(([, target = '']) => {
      const inner = target.startsWith('/')
        ? target.slice(1)
        : posix.join(posix.dirname(path), target)
      return this.#addScript(inner.replace(/\.wxs$/, ''), file, source)
    })
  }

  #missing(from: string, text: string, wanted: string): SourceProblem {
    const name = wanted.slice(wanted.lastIndexOf('/') + 1)
    const line = text.split('\n').findIndex((text) => text.includes(name.replace(/\.wxml$/, '')))
    const message = `there is no file ${wanted}`
    return this.#tree.problem(from, line + 1, 1, message)
  }
}

function isRefused({ level, message }: Finding): boolean {
  return level === 'Fatal' || level === 'Error' || message === 'missing end tag'
}

const INLINE_SCRIPT = /(<wxs\b[^>]*(?<!\/)>)([\s\S]*?)(<\/wxs>)/g

/** Old names that WeChat still accepts, and scripts as WeChat runs them. */
function prepared(text: string): string {
  return (
    text
      .replace(/\bwx:for-items(?=\s*=)/g, 'wx:for')
      // glass-easel passes these to components only, and the gestures are those of built-in elements.
      .replace(/(\s)worklet:(on\w+)(?=\s*=)/g, '$1data-worklet-$2')
      .replace(/(\s)onGestureEvent(?=\s*=)/g, '$1data-worklet-ongesture')
      .replace(
        INLINE_SCRIPT,
        (_, start: string, script: string, end: string) => start + preparedScript(script) + end,
      )
  )
}

/**
 * The runtime knows modules by their path without the extension. In WXS, `constructor` is the name of a type as a
 * string, such as `'Array'` (https://developers.weixin.qq.com/miniprogram/dev/reference/wxs/06datatype.html); the
 * phone defines the replacement.
 */
function preparedScript(script: string): string {
  const prepared = script
    .replace(/(\brequire\(\s*['"].+?)\.wxs(?=['"])/g, '$1')
    .replace(/\.constructor\b/g, '.__wxsType')
  return syntaxError(prepared) ? withoutReservedNames(prepared) : prepared
}

/**
 * Words that JavaScript reserves and WXS does not
 * (https://developers.weixin.qq.com/miniprogram/dev/reference/wxs/02variate.html).
 */
const RESERVED =
  'class|const|let|new|in|of|enum|export|extends|import|super|try|catch|finally|throw|with|yield|instanceof|debugger'
const STRINGS_AND_NAMES = new RegExp(
  `/\\*[\\s\\S]*?\\*/|//[^\\n]*|'(?:\\\\.|[^'\\\\])*'|"(?:\\\\.|[^"\\\\])*"|(?<![.\\w$])(?:${RESERVED})(?![\\w$]|\\s*:)`,
  'g',
)

function withoutReservedNames(script: string): string {
  return script.replace(STRINGS_AND_NAMES, (text) => (/^\w/.test(text) ? `${text}_` : text))
}

function syntaxError(script: string): Error | undefined {
  try {
    new Script(`(function (require, exports, module) {${script}\n})`, { filename: 'wxs' })
    return undefined
  } catch (error) {
    return error as Error
  }
}
