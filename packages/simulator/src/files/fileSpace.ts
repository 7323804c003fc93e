import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { extname, isAbsolute, join, normalize } from 'node:path'

const USER_DATA = 'wxfile://usr'
const TEMP = 'wxfile://tmp'

/**
 * The phone's files, as a folder on this machine: `wxfile://usr/…` and `wxfile://tmp…` lie in it, and an
 * absolute path stands for a file that the user has just picked.
 */
export class FileSpace {
  readonly #root: string
  readonly userDataPath = USER_DATA

  constructor(root: string) {
    this.#root = root
    mkdirSync(join(root, 'usr'), { recursive: true })
    mkdirSync(join(root, 'tmp'), { recursive: true })
  }

  /** The real path of a path that the app uses. */
  resolve(path: string): string {
    for (const [scheme, folder] of [
      [USER_DATA, 'usr'],
      [TEMP, 'tmp'],
    ] as const) {
      if (path.startsWith(`${scheme}/`) || path === scheme) {
        const inside = normalize(join('/', path.slice(scheme.length)))
        return join(this.#root, folder, inside)
      }
    }
    if (isAbsolute(path)) return path
    throw new Error(`no such file or directory "${path}"`)
  }

  newTempPath(source: string): string {
    const extension = extname(new URL(source).pathname).slice(0, 10)
    return `${TEMP}/${randomBytes(12).toString('hex')}${/^\.\w+$/.test(extension) ? extension : ''}`
  }
}
