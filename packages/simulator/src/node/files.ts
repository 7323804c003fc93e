import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, promises as fs, mkdirSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { extname, isAbsolute, join, normalize } from 'node:path'
import type { Clock } from '../clock'
import { type CallbackOptions, callBack, WxError } from '../wxRules/callbacks'
import type { ReadFileOptions, ReadOptions, WriteFileOptions } from '../wxRules/files'
import { badDescriptor, noSuchFile, readRange, USER_DATA } from '../wxRules/files'
import { isArrayBuffer } from '../wxRules/network'

/** Downloads use the first, chosen files the other two: see `deviceProfile`. */
const TEMPORARY = ['wxfile://tmp/', 'wxfile://tmp_', 'wxfile://temp/']

/**
 * The phone's files in a folder of this machine: `wxfile://usr/…` and the temporary files. An absolute path
 * is a file of this machine, as if the user had chosen it.
 */
export class FileSpace {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
    for (const folder of ['usr', 'tmp', 'temp']) {
      mkdirSync(join(root, folder), { recursive: true })
    }
  }

  /** The path on this machine. @throws Error for a path that is no file of the phone */
  resolve(path: string): string {
    const inside = (folder: string, rest: string) =>
      join(this.#root, folder, normalize(join('/', rest)))
    if (path === USER_DATA || path.startsWith(`${USER_DATA}/`)) {
      return inside('usr', path.slice(USER_DATA.length))
    }
    const scheme = TEMPORARY.find((prefix) => path.startsWith(prefix))
    if (scheme) return inside(scheme.slice('wxfile://'.length, -1), path.slice(scheme.length))
    if (isAbsolute(path)) return path
    throw new Error(`no such file or directory "${path}"`)
  }

  newTempPath(source: string): string {
    const extension = extname(new URL(source).pathname).slice(0, 10)
    return `wxfile://tmp/${randomBytes(12).toString('hex')}${/^\.\w+$/.test(extension) ? extension : ''}`
  }
}

/** `wx.getFileSystemManager()` on real files. */
export function createFileSystemManager(files: FileSpace, clock: Clock) {
  const opened = new Map<string, FileHandle>()
  let nextFd = 10

  /** A method of the manager; `name` is for its errors. Disk access takes real time: a virtual clock waits for it. */
  const method =
    <Options>(name: string, run: (options: Options, name: string) => Promise<unknown>) =>
    (options: Options & CallbackOptions): void =>
      callBack(options, async () => Object(await clock.during(run(options, name))), name)

  const requireHandle = (name: string, fd: string): FileHandle => {
    const file = opened.get(fd)
    if (!file) throw badDescriptor(name)
    return file
  }

  return {
    readFile: method<ReadFileOptions>('readFile', (options) => readFile(files, options)),
    writeFile: method<WriteFileOptions>('writeFile', async (options, name) => {
      await fs.writeFile(find(files, name, options.filePath), toBytes(options))
    }),
    appendFile: method<WriteFileOptions>('appendFile', async (options, name) => {
      await fs.appendFile(await resolveExisting(files, name, options.filePath), toBytes(options))
    }),
    saveFile: method<{ tempFilePath: string; filePath?: string }>(
      'saveFile',
      async ({ tempFilePath, filePath }, name) => {
        const savedFilePath =
          filePath ?? `${USER_DATA}/store_${tempFilePath.replace(/^.*[/_]/, '')}`
        const from = await resolveExisting(files, name, tempFilePath)
        await fs.rename(from, find(files, name, savedFilePath))
        return { savedFilePath }
      },
    ),
    rename: method<{ oldPath: string; newPath: string }>(
      'rename',
      async ({ oldPath, newPath }, name) => {
        await fs.rename(await resolveExisting(files, name, oldPath), find(files, name, newPath))
      },
    ),
    stat: method<{ path: string }>('stat', async ({ path }, name) => {
      const stats = await requireStats(files, name, path)
      return {
        stats: {
          size: stats.size,
          mode: stats.mode,
          lastAccessedTime: Math.floor(stats.atimeMs / 1000),
          lastModifiedTime: Math.floor(stats.mtimeMs / 1000),
          isDirectory: () => stats.isDirectory(),
          isFile: () => stats.isFile(),
        },
      }
    }),
    getFileInfo: method<{ filePath: string; digestAlgorithm?: 'md5' | 'sha1' | 'sha256' }>(
      'getFileInfo',
      async ({ filePath, digestAlgorithm = 'md5' }, name) => {
        const { size } = await requireStats(files, name, filePath)
        const hash = createHash(digestAlgorithm)
        for await (const chunk of createReadStream(files.resolve(filePath))) hash.update(chunk)
        return { size, digest: hash.digest('hex') }
      },
    ),
    access: method<{ path: string }>('access', async ({ path }, name) => {
      await requireStats(files, name, path)
    }),
    unlink: method<{ filePath: string }>('unlink', async ({ filePath }, name) => {
      await fs.unlink(await resolveExisting(files, name, filePath))
    }),
    open: method<{ filePath: string; flag?: string }>(
      'open',
      async ({ filePath, flag = 'r' }, name) => {
        const file = await fs.open(await resolveExisting(files, name, filePath), flag)
        const fd = String(nextFd++)
        opened.set(fd, file)
        return { fd }
      },
    ),
    read: method<ReadOptions>('read', async (options, name) => {
      const { fd, arrayBuffer, offset = 0, length = 0, position = null } = options
      const bytes = new Uint8Array(arrayBuffer)
      const { bytesRead } = await requireHandle(name, fd).read(bytes, offset, length, position)
      return { bytesRead, arrayBuffer }
    }),
    close: method<{ fd: string }>('close', async ({ fd }, name) => {
      await requireHandle(name, fd).close()
      opened.delete(fd)
    }),
  }
}

const toBytes = ({ data, encoding = 'utf8' }: WriteFileOptions) =>
  isArrayBuffer(data) ? new Uint8Array(data) : Buffer.from(data, encoding as BufferEncoding)

function find(files: FileSpace, name: string, path: string): string {
  try {
    return files.resolve(path)
  } catch (error) {
    throw new WxError(`${name}:fail ${(error as Error).message}`, { errno: 1300002 })
  }
}

async function requireStats(files: FileSpace, name: string, path: string) {
  return fs.stat(find(files, name, path)).catch(() => {
    throw noSuchFile(name, path)
  })
}

/** The path on this machine of a file that exists. @throws WxError */
async function resolveExisting(files: FileSpace, name: string, path: string): Promise<string> {
  await requireStats(files, name, path)
  return files.resolve(path)
}

async function readFile(files: FileSpace, options: ReadFileOptions): Promise<object> {
  const { filePath, encoding } = options
  const { size } = await requireStats(files, 'readFile', filePath)
  const { from, count } = readRange(size, options)
  const file = await fs.open(files.resolve(filePath), 'r')
  try {
    const bytes = new Uint8Array(count)
    let done = 0
    while (done < bytes.length) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, from + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return {
      data: encoding ? Buffer.from(bytes).toString(encoding as BufferEncoding) : bytes.buffer,
    }
  } finally {
    await file.close()
  }
}
