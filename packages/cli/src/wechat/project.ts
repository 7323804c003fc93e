import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative, resolve, sep } from 'node:path'
import { type Expression, parseExpressionAt } from 'acorn'

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
export function jsonLine(text: string, path: (string | number)[]): number {
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
