import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { t } from '../text'
import { jsonLine } from './jsonLine'
import { runMiniprogramCi } from './miniprogramCi'
import { type Finding, nameIn, type ProjectConfig } from './project'

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
