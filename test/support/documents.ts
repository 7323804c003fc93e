import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, transformSync } from 'esbuild'
import type { Untyped } from './phones'
import { writeProject } from './projectFiles'
import { at, ROOT } from './root'

/** Every Markdown file of the repository, by its path. Folders that other tests fill meanwhile are ignored by git. */
export const documents = (): string[] =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((path) => path && existsSync(at(path)))
    .sort()

export interface CodeBlock {
  path: string
  /** Line of its fence. */
  line: number
  /** Empty for a drawing. */
  language: string
  code: string
  /** The name on its fence, as in ```js [client.js]: tests run it as a file of this name. */
  name: string | undefined
  /** The file that it shows, when the line above its fence is nothing but that name. */
  file: string | undefined
}

export function codeBlocks(path: string): CodeBlock[] {
  const text = readFileSync(at(path), 'utf8')
  return [...text.matchAll(/^```(\S*)(?: \[(\S+)\])?\n([\s\S]*?)^```$/gm)].map(
    ({ index, 1: language = '', 2: name, 3: code = '' }) => ({
      path,
      line: text.slice(0, index).split('\n').length,
      language,
      code,
      name,
      file: /^`([\w./-]+)`\n\n$/m.exec(text.slice(0, index).split('\n').slice(-3).join('\n'))?.[1],
    }),
  )
}

/** The files that a document shows, by the names above their code. */
export function filesIn(path: string): Map<string, string> {
  return new Map(codeBlocks(path).flatMap(({ file, code }) => (file ? [[file, code]] : [])))
}

/** Documents may quote these files: each is built by `npx tsx test/adopters/check.ts`. */
export function templates(): string[] {
  return readdirSync(at('packages/cli/templates'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').trim())
}

const SNIPPETS = at('coverage/snippets')

/** Writes the named code of the guides as files next to each other, once for all tests. */
export function writeSnippets(): void {
  const guides = readdirSync(at('docs/guides'))
  const blocks = guides.flatMap((guide) => codeBlocks(`docs/guides/${guide}`))
  const named = blocks.flatMap(({ name, code }) => (name ? [[name, code]] : []))
  writeProject(Object.fromEntries(named), SNIPPETS)
}

/** A file with named code of the guides. */
export const snippetFile = (name: string) => join(SNIPPETS, name)

/** Builds a function of the guides into a folder, like those of the repository. @returns its file */
export async function builtSnippet(name: string, folder: string): Promise<string> {
  const outfile = join(folder, name.replace('.ts', '.js'))
  const entryPoints = [snippetFile(name)]
  await build({ entryPoints, outfile, bundle: true, platform: 'node', logLevel: 'error' })
  return outfile
}

/** What a mini program's script finds around it. */
interface SnippetWorld {
  wx: object
  /** What `require` finds, by the last part of its path. */
  modules: Record<string, unknown>
  Page?: (page: object) => void
  App?: (app: object) => void
}

/** Runs named code of the guides as an app would, and returns what it exports. */
export function runSnippet(name: string, { wx, modules, Page, App }: SnippetWorld): Untyped {
  const module = { exports: {} as Untyped }
  const require = (path: string) => {
    const last = path.split('/').pop()?.replace(/\.js$/, '') ?? ''
    if (!(last in modules)) throw new Error(`no module ${path}`)
    return modules[last]
  }
  const source = readFileSync(snippetFile(name), 'utf8')
  const { code } = transformSync(source, { loader: 'ts', format: 'cjs' })
  const names = ['wx', 'require', 'module', 'exports', 'Page', 'App']
  new Function(...names, code)(wx, require, module, module.exports, Page, App)
  return module.exports
}
