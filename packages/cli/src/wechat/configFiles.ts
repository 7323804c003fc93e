import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { t } from '../text'
import { runMiniprogramCi } from './miniprogramCi'
import { type Finding, jsonLine, nameIn, type ProjectConfig } from './project'

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
    const missing = ['index.js', 'package.json'].filter((one) => !existsSync(join(root, name, one)))
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
