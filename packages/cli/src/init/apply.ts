import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs'
import { access, chmod, constants } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { buildAppFunction } from '../functions/buildFunctions'
import { writeWhole } from '../functions/bundle'
import { localizedError, t } from '../text'
import type { Step } from './plan'

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
