import { readdir, rm } from 'node:fs/promises'
import { extname, join } from 'node:path'

/** The repository's root. */
export const ROOT = join(__dirname, '../..')

/** A path below the repository's root. */
export const at = (...path: string[]) => join(ROOT, ...path)

/**
 * Removes what an earlier build has left in a folder. Such a file would be packed and published with the rest.
 * @param kept paths relative to the folder
 */
export async function removeOthers(folder: string, kept: Iterable<string>): Promise<void> {
  const names = new Set(kept)
  for (const file of await readdir(folder, { recursive: true })) {
    const ending = extname(file)
    // Folders have none; a number is that of a process whose writeWhole has not yet renamed the file.
    if (ending === '' || /^\.\d+$/.test(ending) || names.has(file)) continue
    await rm(join(folder, file), { force: true })
  }
}
