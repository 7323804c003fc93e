import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { t } from '../text'
import { buildNpm, checkPackedSyntax, loadPackages } from './buildNpm'
import { compilerPath, MiniprogramCiError, runMiniprogramCi } from './miniprogramCi'
import {
  checkConfigFiles,
  checkProjectSettings,
  type Finding,
  jsonPlace,
  nameIn,
  type Project,
  staged,
  stageProject,
} from './project'
import { checkSizes } from './sizes'

export interface Report {
  findings: Finding[]
  /** Lines about sizes. Empty if the project does not compile. */
  sizes: string[]
}

/**
 * Runs the steps of DevTools between opening a mini program and uploading it, with WeChat's tools and without the network.
 * Does not write to the project.
 * @param folder the folder of project.config.json
 */
export async function checkProject(folder: string): Promise<Report> {
  const { findings, config } = await checkConfigFiles(folder)
  // All other checks depend on it.
  const isReadable = () => findings.every(({ file }) => file !== 'project.config.json')
  if (config && isReadable()) findings.push(...checkProjectSettings(folder, config))
  if (!config || !isReadable()) return { findings, sizes: [] }
  const project = await stageProject(folder, config)
  try {
    findings.push(...(await buildNpm(project)))
    const built = join(staged(project, project.app), 'miniprogram_npm')
    findings.push(...checkPackedSyntax(built, project.stage))
    findings.push(...loadPackages(built, project.stage))
    findings.push(...(await checkTemplates(project)))
    // The compile stops at its first error, which the checks above have already reported with all others.
    if (findings.length > 0) return { findings, sizes: [] }
    return await checkCompiled(project)
  } finally {
    await rm(project.stage, { recursive: true, force: true })
  }
}

async function checkCompiled(project: Project): Promise<Report> {
  const compiled = await compileProject(project)
  if ('finding' in compiled) return { findings: [compiled.finding], sizes: [] }
  const { out, paths, warnings } = compiled
  const { findings, lines } = checkSizes(project, out, paths)
  return { findings: [...findMissingFiles(project, warnings), ...findings], sizes: lines }
}

/** The folder with the files that WeChat would upload, and unresolved references. */
export interface Compiled {
  out: string
  paths: string[]
  warnings: string[]
}

/**
 * The whole-project compile that DevTools does before an upload: TypeScript by its own plugin, ES6 to ES5, style
 * sheets, configuration, and whether the named pages and components exist. Stops at the first error.
 */
export async function compileProject(project: Project): Promise<Compiled | { finding: Finding }> {
  const out = join(project.stage, '.compiled')
  try {
    return { out, ...(await runMiniprogramCi('compile', { projectPath: project.stage, out })) }
  } catch (error) {
    if (!(error instanceof MiniprogramCiError)) throw error
    return { finding: locate(project, error) }
  }
}

/** The builder names files from the project or from the app, in one of four ways. */
function locate(project: Project, { message, path }: MiniprogramCiError): Finding {
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

const MISSING = /Couldn't resolve the \w+ file "(.+)" relative to "\/(.+?)`?:\d+:\d+`?"/

/**
 * Files that scripts require, or templates and style sheets import, and that do not exist.
 * @param warnings warnings of the builder's analysis about compiled files
 */
function findMissingFiles(project: Project, warnings: string[]): Finding[] {
  return warnings.flatMap((warning) => {
    const [, name, file] = MISSING.exec(warning) ?? []
    if (name && file)
      return [
        {
          ...sourceOf(project, file, name),
          message: t(`cannot find '${name}'`, `找不到 '${name}'`),
        },
      ]
    // A less specific line precedes each of them.
    return / resolve dep failed$/.test(warning) ? [] : [unknownWarning(warning)]
  })
}

const unknownWarning = (message: string): Finding => ({ file: 'project.config.json', message })

/** The source that a compiled file came from, and the line that names the missing one. */
function sourceOf(project: Project, compiled: string, name: string): Omit<Finding, 'message'> {
  const path = [compiled, compiled.replace(/\.js$/, '.ts')]
    .map((one) => join(project.app, one))
    .find(existsSync)
  if (!path) return { file: compiled }
  const lines = readFileSync(path, 'utf8').split('\n')
  const at = lines.findIndex((line) => line.includes(`'${name}'`) || line.includes(`"${name}"`))
  return { file: nameIn(project, path), line: at < 0 ? undefined : at + 1 }
}

/**
 * Runs WeChat's compilers on all templates and style sheets, including those of built packages. They find errors that the
 * whole-project compile accepts: expressions, wx:else without wx:if, wxs newer than ES5.
 */
async function checkTemplates(project: Project): Promise<Finding[]> {
  const root = staged(project, project.app)
  if (!existsSync(root)) return []
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()
  const ofKind = (extension: string) => names.filter((name) => name.endsWith(extension))
  // The scripts that a template may include must be on the same command line.
  const scripts = ofKind('.wxs')
  const complaints = new Set<string>()
  for (const name of ofKind('.wxml')) {
    complaints.add(await complaint('wcc', ['-d', name, ...scripts], root))
  }
  for (const name of ofKind('.wxss')) {
    const text = await complaint('wcsc', [name], root)
    // The compiler receives one file at a time; the analysis checks whether imported files exist.
    if (!/^ERR: path `.*` not found/.test(text)) complaints.add(text)
  }
  complaints.delete('')
  return [...complaints].map((text) => readComplaint(text, project))
}

/** The errors that a compiler prints, or an empty string. */
function complaint(compiler: 'wcc' | 'wcsc', args: string[], cwd: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      compilerPath(compiler),
      args,
      { cwd, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        resolve(error ? (stderr || stdout || error.message).trim() : '')
      },
    )
  })
}

/** `pages/a/a.wxml:3:3: expect end-tag ...` or `ERR: pages/a/a.wxss(3:1): unexpected ...` */
function readComplaint(text: string, project: Project): Finding {
  const [, file = '', line, message = text] =
    /^(?:ERR: )?(.+?)[:(](\d+):\d+\)?:\s*([\s\S]*)/.exec(text) ?? []
  const name = nameIn(project, join(project.app, file))
  return { file: name, line: line ? Number(line) : undefined, message }
}
