import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Shelf } from './storage'

/** A file, replaced as a whole: a crash leaves the old one or the new one. */
export function fileShelf(file: string): Shelf {
  return {
    load: () => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}),
    save(data) {
      writeFileSync(`${file}.new`, JSON.stringify(data))
      renameSync(`${file}.new`, file)
    },
  }
}
