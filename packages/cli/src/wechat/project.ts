import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative, resolve, sep } from 'node:path'
import { type Expression, parseExpressionAt } from 'acorn'
import { t } from '../text'
import { runMiniprogramCi } from './miniprogramCi'

/** A problem that DevTools or a phone would report. */
export interface Finding {
  /** Relative to the project, with forward slashes. */
  file: string
  /** From 1. Undefined for the whole file. */
  line?: number
  message: string
}

/** `miniprogram/app.json:3: pages[1] ...`, which editors recognize. */
export function describeFinding({ file, line, message }: Finding): string {
  return `${line === undefined ? file : `${file}:${line}`}: ${message}`
}

/** A mini program as DevTools opens it, and a copy of it to build in. */
export interface Project {
  /** The folder of project.config.json. */
  folder: string
  config: ProjectConfig
  /** The app's own folder: miniprogramRoot. */
  app: string
  /** The temporary copy. Builds write only to it, never to the project. */
  stage: string
}

export interface ProjectConfig {
  miniprogramRoot?: string
  cloudfunctionRoot?: string
  setting?: {
    urlCheck?: boolean
    packNpmManually?: boolean
    packNpmRelationList?: { packageJsonPath: string; miniprogramNpmDistDir: string }[]
  }
}

/** Folders of packages that this check builds itself: those of "Build npm" as the project's settings describe it. */
function rebuiltFolders(folder: string, { setting = {} }: ProjectConfig): string[] {
  const { packNpmManually, packNpmRelationList = [] } = setting
  if (!packNpmManually) return []
  return packNpmRelationList.map(({ miniprogramNpmDistDir }) =>
    join(resolve(folder, miniprogramNpmDistDir), 'miniprogram_npm'),
  )
}

/**
 * Copies the app. Packages that DevTools has built with default settings are copied; packages that this check builds itself
 * are not.
 */
export async function stageProject(folder: string, config: ProjectConfig): Promise<Project> {
  const app = resolve(folder, config.miniprogramRoot ?? '')
  const stage = await mkdtemp(join(tmpdir(), 'wechat-project-'))
  const staged = join(stage, relative(folder, app))
  await mkdir(staged, { recursive: true })
  const rebuilt = rebuiltFolders(folder, config)
  const isCopied = (path: string) => basename(path) !== 'node_modules' && !rebuilt.includes(path)
  if (existsSync(app)) {
    await cp(app, staged, { recursive: true, filter: isCopied })
  }
  const configFile = join(folder, 'project.config.json')
  await cp(configFile, join(stage, 'project.config.json'))
  return { folder, config, app, stage }
}

/** The path of a file of the project in the copy. */
export function staged(project: Project, path: string): string {
  return join(project.stage, relative(project.folder, path))
}

/** The name of a file in findings: relative to the project, with forward slashes. */
export function nameIn(project: Pick<Project, 'folder'>, path: string): string {
  return relative(project.folder, path).split(sep).join('/')
}

/**
 * The line of a value in a JSON text, or of its nearest parent if the value does not exist.
 * @param path names and indexes of the value
 */
function jsonLine(text: string, path: (string | number)[]): number {
  // JSON is an expression of JavaScript.
  let node: Expression = parseExpressionAt(text, 0, { ecmaVersion: 2020, locations: true })
  for (const step of path) {
    const next = inside(node, step)
    if (!next) break
    node = next
  }
  return node.loc?.start.line ?? 1
}

/** The line in a JSON file of a value that a message names as `["pages"][1]` or as `window.backgroundColor`. */
export function jsonPlace(file: string, message: string): number {
  const steps = message.match(/\["[^"]+"\]|\[\d+\]|(?<=[\s.])\w+(?=[.\s])/g) ?? []
  const path = steps.map((step) => step.replace(/[[\]"]/g, ''))
  return jsonLine(readFileSync(file, 'utf8'), path)
}

function inside(node: Expression, step: string | number): Expression | undefined {
  if (node.type === 'ArrayExpression') {
    const element = node.elements[Number(step)]
    return element?.type === 'SpreadElement' ? undefined : (element ?? undefined)
  }
  if (node.type !== 'ObjectExpression') return undefined
  for (const property of node.properties) {
    if (property.type === 'Property' && property.key.type === 'Literal') {
      if (property.key.value === step) return property.value
    }
  }
  return undefined
}

interface Document {
  path: string
  schema: 'projectconfig' | 'projectprivateconfig' | 'app' | 'page' | 'sitemap' | 'theme'
}

export interface ConfigFiles {
  findings: Finding[]
  /** project.config.json, as far as it can be read. */
  config: ProjectConfig | undefined
}

/** Validates every configuration file against the schemas of DevTools. */
export async function checkConfigFiles(folder: string): Promise<ConfigFiles> {
  const findings: Finding[] = []
  const read: { path: string; text: string; schema: string; value: unknown }[] = []
  const take = ({ path, schema }: Document): Record<string, unknown> | undefined => {
    const file = nameIn({ folder }, path)
    if (!existsSync(path)) {
      findings.push({ file, message: t('is missing', '文件不存在') })
      return undefined
    }
    const text = readFileSync(path, 'utf8')
    try {
      const value = JSON.parse(text)
      read.push({ path, text, schema, value })
      return value
    } catch (error) {
      const { message } = error as Error
      findings.push({
        file,
        line: lineAt(text, message),
        message: t(`is not valid JSON: ${message}`, `不是有效的 JSON：${message}`),
      })
      return undefined
    }
  }

  const config = take({ path: join(folder, 'project.config.json'), schema: 'projectconfig' })
  const own = join(folder, 'project.private.config.json')
  if (existsSync(own)) take({ path: own, schema: 'projectprivateconfig' })
  const root = config?.miniprogramRoot ?? ''
  if (config && typeof root === 'string') {
    const app = resolve(folder, root)
    const value = take({ path: join(app, 'app.json'), schema: 'app' })
    for (const document of ofApp(app, value)) take(document)
  }

  const answers = await runMiniprogramCi('validate', { documents: read })
  for (const [index, errors] of answers.entries()) {
    const { path, text } = read[index] as (typeof read)[number]
    for (const error of errors) {
      const message = `${error.path.join('.') || t('the document', '文档')} ${error.message}`
      findings.push({ file: nameIn({ folder }, path), line: jsonLine(text, error.path), message })
    }
  }
  return { findings, config }
}

/** The documents that app.json names, and those of pages and components. */
function ofApp(app: string, value: Record<string, unknown> | undefined): Document[] {
  const documents: Document[] = []
  const { sitemapLocation, themeLocation } = value ?? {}
  if (typeof sitemapLocation === 'string') {
    documents.push({ path: join(app, sitemapLocation), schema: 'sitemap' })
  }
  if (typeof themeLocation === 'string') {
    documents.push({ path: join(app, themeLocation), schema: 'theme' })
  }
  if (!existsSync(app)) return documents
  for (const name of readdirSync(app, { recursive: true, encoding: 'utf8' })) {
    const path = join(app, name).replace(/\.wxml$/, '.json')
    const isOwn =
      name.endsWith('.wxml') && !/(?:^|[\\/])(?:miniprogram_npm|node_modules)[\\/]/.test(name)
    if (isOwn && existsSync(path)) documents.push({ path, schema: 'page' })
  }
  return documents
}

/** The line of a position that JSON.parse names; it names none for a text that ends too early. */
function lineAt(text: string, message: string): number {
  const position = /position (\d+)/.exec(message)?.[1] ?? text.trimEnd().length
  return text.slice(0, Number(position)).split('\n').length
}

/** Checks beyond the schemas: that folders exist, and that private settings are not shared. */
export function checkProjectSettings(folder: string, config: ProjectConfig): Finding[] {
  const file = 'project.config.json'
  const text = readFileSync(join(folder, file), 'utf8')
  const findings: Finding[] = []
  const find = (path: (string | number)[], message: string) =>
    findings.push({ file, line: jsonLine(text, path), message: `${path.join('.')} ${message}` })

  const { miniprogramRoot = '', cloudfunctionRoot, setting = {} } = config
  if (!existsSync(resolve(folder, miniprogramRoot))) {
    find(['miniprogramRoot'], t('names a folder that does not exist', '所指目录不存在'))
  }
  if (setting.urlCheck === false) {
    find(
      ['setting', 'urlCheck'],
      t(
        'is off for everyone: a missing domain is then noticed by users only. Turn it off in project.private.config.json',
        '对所有人关闭：缺少域名时只有用户会遇到。请改在 project.private.config.json 中关闭',
      ),
    )
  }
  for (const [index, relation] of (setting.packNpmRelationList ?? []).entries()) {
    const path = ['setting', 'packNpmRelationList', index]
    if (!existsSync(resolve(folder, relation.packageJsonPath))) {
      find([...path, 'packageJsonPath'], t('names a file that does not exist', '所指文件不存在'))
    }
    if (resolve(folder, relation.miniprogramNpmDistDir) !== resolve(folder, miniprogramRoot)) {
      find(
        [...path, 'miniprogramNpmDistDir'],
        t(
          'is not miniprogramRoot: the app would not find it',
          '不是 miniprogramRoot：小程序会找不到它',
        ),
      )
    }
  }
  if (cloudfunctionRoot) {
    for (const message of functionFolderErrors(resolve(folder, cloudfunctionRoot))) {
      find(['cloudfunctionRoot'], message)
    }
  }
  if (isShared(folder, 'project.private.config.json')) {
    const message = t(
      'is not ignored by git: each developer has their own',
      '未被 git 忽略：该文件因人而异',
    )
    findings.push({ file: 'project.private.config.json', message })
  }
  return findings
}

/** Checks the folders of functions, which DevTools uploads unchanged. */
function functionFolderErrors(root: string): string[] {
  if (!existsSync(root))
    return [t('names a folder that does not exist: npm run build', '所指目录不存在：npm run build')]
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  if (folders.length === 0) return [t('contains no function', '没有云函数')]
  return folders.flatMap(({ name }) => {
    const missing = ['index.js', 'package.json'].filter(
      (file) => !existsSync(join(root, name, file)),
    )
    return missing.map((one) =>
      t(
        `has no ${name}/${one}: DevTools cannot upload it as a function`,
        `缺少 ${name}/${one}：开发者工具无法作为云函数上传`,
      ),
    )
  })
}

/** Whether git does not ignore a file. Outside a repository, nothing is shared. */
function isShared(folder: string, file: string): boolean {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' })
  try {
    git('rev-parse', '--is-inside-work-tree')
  } catch {
    return false
  }
  try {
    git('check-ignore', '-q', file)
    return false
  } catch {
    return true
  }
}
