import { join } from 'node:path'

/** The repository's root. */
export const ROOT = join(__dirname, '../..')

/** A path below the repository's root. */
export const at = (...path: string[]) => join(ROOT, ...path)
