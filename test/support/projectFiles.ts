import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { at } from './root'

/** Contents by path. */
export type ProjectFiles = Record<string, string | Uint8Array>

/**
 * The files of a project that is kept as one text: each below a line `-- path --`. This is the txtar format of Go.
 * @param archive the text's path in this repository
 */
export function readProject(archive: string): Record<string, string> {
  const [, ...parts] = readFileSync(at(archive), 'utf8').split(/^-- (.+) --\n/m)
  return Object.fromEntries(
    parts.flatMap((path, i) => (i % 2 === 0 ? [[path, parts[i + 1] ?? '']] : [])),
  )
}

/** Writes files below a folder, by default a new temporary one. @returns the folder */
export function writeProject(
  files: ProjectFiles,
  folder = mkdtempSync(join(tmpdir(), 'project-')),
): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

/**
 * A temporary folder for the tests of the calling file, removed after them: before what a later `afterAll` ends.
 */
export function useFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
