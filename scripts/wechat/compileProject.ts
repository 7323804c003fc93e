import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { askBuilder, BuilderFailure } from './askBuilder'
import type { Finding } from './finding'
import { jsonPlace } from './jsonLine'
import { nameIn, type Project } from './project'

/** What WeChat would upload, in a folder, and what it refers to and cannot find. */
export interface Compiled {
  out: string
  paths: string[]
  warnings: string[]
}

/**
 * The whole-project compile that DevTools does before an upload: TypeScript by its own plugin, ES6 to ES5, style
 * sheets, configuration, and that the pages and components that are named are there. Stops at the first fault.
 */
export async function compileProject(project: Project): Promise<Compiled | { finding: Finding }> {
  const out = join(project.stage, '.compiled')
  try {
    return { out, ...(await askBuilder('compile', { projectPath: project.stage, out })) }
  } catch (error) {
    if (!(error instanceof BuilderFailure)) throw error
    return { finding: locate(project, error) }
  }
}

/** The builder names files from the project or from the app, in one of four ways. */
function locate(project: Project, { message, path }: BuilderFailure): Finding {
  const text = message.replaceAll(project.stage, '').trim()
  const [first = ''] = text.split('\n')
  const named = /^file: (\S+)/.exec(text)?.[1] ?? /^\/?(\S+?\.\w+):/.exec(text)?.[1] ?? path
  const file = [project.folder, project.app]
    .map((folder) => join(folder, named))
    .find((candidate) => named && existsSync(candidate))
  if (!file) return { file: named || 'project.config.json', message: text }
  const found = (line?: number): Finding => ({ file: nameIn(project, file), line, message: text })

  // "miniprogram/app.json: ["pages"][1] could not find ..."
  if (file.endsWith('.json')) return found(jsonPlace(file, first))
  // "Unexpected token (2:8)" and "3:3:unexpected end tag" and "/pages/a/a.wxss:1:1: Unclosed block"
  const line = /\((\d+):\d+\)/.exec(text) ?? /(?:^|:)(\d+):\d+:/.exec(first)
  return found(line ? Number(line[1]) : undefined)
}
