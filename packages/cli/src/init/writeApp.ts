import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { access, chmod, constants } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { buildAppFunction } from '../deploy/buildFunctions'
import { writeWhole } from '../deploy/bundle'
import { ownFile, ownVersion } from '../project'
import { localizedError, readerLanguage, type Text, t } from '../text'
import { detect } from './detect'
import { plan, type Step } from './plan'

/**
 * Checks that all steps can be written, so that either all or none are written.
 * @throws Error that names the path
 */
export async function checkWritable(root: string, steps: Step[]): Promise<void> {
  for (const { kind, file } of steps) {
    const target = join(root, file)
    const isFolder = existsSync(target) && statSync(target).isDirectory()
    if (kind === 'build' ? existsSync(target) && !isFolder : isFolder) {
      throw new Error(
        kind === 'build'
          ? t(`${file} must be a folder`, `${file} 应为目录`)
          : t(`${file} is a folder`, `${file} 是目录`),
      )
    }
    let folder = kind === 'build' ? target : dirname(target)
    while (!existsSync(folder)) folder = dirname(folder)
    const name = folder.slice(root.length + 1) || '.'
    if (!statSync(folder).isDirectory()) {
      throw localizedError(
        `cannot write ${file}: ${name} is not a folder`,
        `无法写入 ${file}：${name} 不是目录`,
      )
    }
    await access(folder, constants.W_OK).catch(() => {
      throw localizedError(
        `cannot write ${file}: ${name} is read-only`,
        `无法写入 ${file}：${name} 只读`,
      )
    })
  }
}

/**
 * Executes a step. Files are replaced atomically, so that an interrupted run leaves each file either unchanged or complete,
 * and another run completes the rest.
 */
export async function applyStep(root: string, step: Step): Promise<void> {
  const target = join(root, step.file)
  if (step.kind === 'build') {
    removeLeftovers(join(target, 'index.js'))
    removeLeftovers(join(target, 'package.json'))
    return buildAppFunction(step.name)
  }
  removeLeftovers(target)
  if (step.kind === 'create') {
    if (!existsSync(target)) await writeWhole(target, step.text)
    return
  }
  const present = existsSync(target)
  // Keeps symbolic links.
  const file = present ? realpathSync(target) : target
  const text = present ? readFileSync(file, 'utf8') : ''
  const mode = present ? statSync(file).mode : undefined
  await writeWhole(file, step.kind === 'append' ? appended(text, step.lines) : merged(text, step))
  if (mode !== undefined) await chmod(file, mode)
}

/** Removes temporary files of earlier runs that were killed. */
function removeLeftovers(target: string): void {
  const folder = dirname(target)
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    const pid = name.slice(basename(target).length + 1)
    const isTemporary = name.startsWith(`${basename(target)}.`) && /^\d+$/.test(pid)
    if (isTemporary && !isRunning(Number(pid))) rmSync(join(folder, name))
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function appended(text: string, lines: string[]): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n'
  const start = text === '' || text.endsWith('\n') ? text : text + end
  return start + lines.map((line) => line + end).join('')
}

type Json = Record<string, unknown>

/** Adds a value to a JSON text, keeping its indent, line ends and byte order mark. */
function merged(text: string, { path, value, isItem }: Step & { kind: 'merge' }): string {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : ''
  const document = JSON.parse(text.slice(mark.length)) as Json
  const last = path.at(-1) as string
  let parent = document
  for (const name of path.slice(0, -1)) {
    parent[name] ??= {}
    parent = parent[name] as Json
  }
  parent[last] = isItem ? [...((parent[last] as unknown[] | undefined) ?? []), value] : value
  const [, indent = '  '] = /\n([ \t]+)"/.exec(text) ?? []
  const result = JSON.stringify(document, null, indent) + (/\n\s*$/.test(text) ? '\n' : '')
  return mark + (text.includes('\r\n') ? result.replaceAll('\n', '\r\n') : result)
}

export interface Template {
  /** Its folder in `templates`. Both native ones begin with the files of `native`. */
  name: string
  label: Text
}

export const TEMPLATES: Template[] = [
  { name: 'native-js', label: { en: 'native, JavaScript', zh: '原生，JavaScript' } },
  { name: 'native-ts', label: { en: 'native, TypeScript', zh: '原生，TypeScript' } },
  { name: 'taro', label: { en: 'Taro 4, React, TypeScript', zh: 'Taro 4，React，TypeScript' } },
  { name: 'uni-app', label: { en: 'uni-app, Vue 3, Vite', zh: 'uni-app，Vue 3，Vite' } },
]

/** Entries that an empty folder may have. */
const IGNORED = ['.git', '.DS_Store', '.idea', '.vscode']

/** Whether an app can be created in a folder: it does not exist, or is empty. */
export function isEmptyFolder(folder: string): boolean {
  if (!existsSync(folder)) return true
  return (
    statSync(folder).isDirectory() && readdirSync(folder).every((name) => IGNORED.includes(name))
  )
}

/**
 * Creates an app from a template, with everything that `init` adds to an existing app. It is created in a temporary folder,
 * so that a failure leaves no files.
 * @param folder absolute path
 * @returns paths of the files, sorted
 * @throws Error if the folder is not empty or cannot be written
 */
export async function createApp(template: string, folder: string): Promise<string[]> {
  if (!isEmptyFolder(folder)) {
    throw localizedError(`${folder} is not an empty folder`, `${folder} 不是空目录`)
  }
  const temporary = mkdtempSync(join(tmpdir(), 'create-miniprogram-cos-'))
  const home = process.cwd()
  try {
    const isNative = template.startsWith('native-')
    for (const source of isNative ? ['native', template] : [template]) {
      cpSync(ownFile('templates', source), temporary, { recursive: true })
    }
    // npm publishes no file of this name.
    const ignored = ['node_modules/', isNative ? 'miniprogram_npm/' : 'dist/', '']
    writeFileSync(join(temporary, '.gitignore'), ignored.join('\n'))
    nameApp(temporary, basename(folder))
    // `init` works on the current folder.
    process.chdir(temporary)
    for (const step of plan(detect(temporary))) await applyStep(temporary, step)
    process.chdir(home)
    copyInto(temporary, folder)
    return readdirSync(temporary, { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(temporary, path)).isFile())
      .sort()
  } finally {
    process.chdir(home)
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** Writes the name of the app, and this version of the command line tool. */
function nameApp(folder: string, name: string): void {
  change(join(folder, 'package.json'), (description) => {
    description.name = packageName(name)
    const own = { '@miniprogram-cos/cli': ownVersion() }
    description.devDependencies = Object.assign(own, description.devDependencies)
  })
  const project = join(folder, 'project.config.json')
  if (existsSync(project)) {
    change(project, (settings) => {
      settings.projectname = name
    })
  }
}

function change(file: string, edit: (content: Record<string, unknown>) => void): void {
  const content = JSON.parse(readFileSync(file, 'utf8'))
  edit(content)
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)
}

/** Converts the name of a folder to a name that npm accepts. */
const packageName = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '') || 'miniprogram'

/** Copies all files, or none. */
function copyInto(source: string, folder: string): void {
  const existed = existsSync(folder)
  let created: string | undefined
  try {
    // The first folder on the path that did not exist.
    created = mkdirSync(folder, { recursive: true })
    cpSync(source, folder, { recursive: true })
  } catch (error) {
    const copied = existed ? readdirSync(source).map((name) => join(folder, name)) : []
    for (const path of created === undefined ? copied : [created]) {
      rmSync(path, { recursive: true, force: true })
    }
    const { code } = error as NodeJS.ErrnoException
    throw localizedError(`cannot write ${folder}: ${code}`, `无法写入 ${folder}：${code}`)
  }
}

interface Streams {
  input?: Readable & { isTTY?: boolean }
  output?: Writable
}

/** @throws Error if stdin is not a TTY, or if the question is cancelled */
export async function askFolder(streams: Streams = {}): Promise<string> {
  checkTerminal(streams, t('a folder', '目录'))
  const { isCancel, text } = await import('@clack/prompts')
  const initialValue = readdirSync('.').length === 0 ? '.' : 'my-miniprogram'
  const answer = await text({ message: t('Folder', '目录'), initialValue, ...streams })
  if (isCancel(answer)) throw cancelled()
  return answer.trim() || initialValue
}

/** @throws Error if stdin is not a TTY, or if the question is cancelled */
export async function askTemplate(templates: Template[], streams: Streams = {}): Promise<string> {
  checkTerminal(streams, '--template')
  const { isCancel, select } = await import('@clack/prompts')
  const answer = await select({
    message: t('Template', '模板'),
    options: templates.map(({ name, label }) => ({ value: name, label: label[readerLanguage()] })),
    ...streams,
  })
  if (isCancel(answer)) throw cancelled()
  return answer
}

function checkTerminal({ input = process.stdin }: Streams, option: string): void {
  if (input.isTTY) return
  throw localizedError(
    `stdin is not a TTY; pass ${option} or --yes`,
    `标准输入不是终端，请加 ${option} 或 --yes`,
  )
}

const cancelled = () => localizedError('cancelled; nothing was written', '已取消，未写入任何内容')
