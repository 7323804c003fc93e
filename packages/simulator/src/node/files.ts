import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, promises as fs, mkdirSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { extname, isAbsolute, join, normalize } from 'node:path'
import { type CallbackOptions, callBack as callBackOf, WxError } from '../callbacks'
import { isArrayBuffer } from '../network'
import type { Clock } from './slowNetwork'

const USER_DATA = 'wxfile://usr'
/** Downloads use the first, chosen files the other two: see `deviceProfile`. */
const TEMPORARY = ['wxfile://tmp/', 'wxfile://tmp_', 'wxfile://temp/']

/**
 * The phone's files in a folder of this machine: `wxfile://usr/…` and the temporary files. An absolute path
 * is a file of this machine, as if the user had chosen it.
 */
export class FileSpace {
  readonly #root: string
  readonly userDataPath = USER_DATA

  constructor(root: string) {
    this.#root = root
    mkdirSync(join(root, 'usr'), { recursive: true })
    mkdirSync(join(root, 'tmp'), { recursive: true })
    mkdirSync(join(root, 'temp'), { recursive: true })
  }

  /** The path on this machine. @throws Error for a path that is no file of the phone */
  resolve(path: string): string {
    const inside = (folder: string, rest: string) =>
      join(this.#root, folder, normalize(join('/', rest)))
    if (path === USER_DATA || path.startsWith(`${USER_DATA}/`)) {
      return inside('usr', path.slice(USER_DATA.length))
    }
    const scheme = TEMPORARY.find((one) => path.startsWith(one))
    if (scheme) return inside(scheme.slice('wxfile://'.length, -1), path.slice(scheme.length))
    if (isAbsolute(path)) return path
    throw new Error(`no such file or directory "${path}"`)
  }

  newTempPath(source: string): string {
    const extension = extname(new URL(source).pathname).slice(0, 10)
    return `wxfile://tmp/${randomBytes(12).toString('hex')}${/^\.\w+$/.test(extension) ? extension : ''}`
  }
}

/** Size limit of readFile, in bytes (FileSystemManager.readFile page of the WeChat documents). */
const READ_FILE_LIMIT = 100 * 1024 * 1024

export interface WriteOptions extends CallbackOptions {
  filePath: string
  data: string | ArrayBuffer
  encoding?: BufferEncoding
}

const bytesOf = ({ data, encoding = 'utf8' }: WriteOptions) =>
  isArrayBuffer(data) ? new Uint8Array(data) : Buffer.from(data, encoding)

export interface ReadFileOptions extends CallbackOptions {
  filePath: string
  encoding?: BufferEncoding
  position?: number
  length?: number
}

/** `wx.getFileSystemManager()` on real files. */
export function createFileSystemManager(files: FileSpace, clock: Clock) {
  const open = new Map<string, FileHandle>()
  let nextFd = 10

  // Disk access takes real time: a virtual clock waits for it.
  const callBack: typeof callBackOf = (options, run, name) =>
    callBackOf(options, () => clock.during(Promise.resolve(run())), name)

  const handle = (name: string, fd: string): FileHandle => {
    const file = open.get(fd)
    if (!file) throw new WxError(`${name}:fail bad file descriptor`, { errno: 1300009 })
    return file
  }

  return {
    readFile(options: ReadFileOptions): void {
      callBack(options, () => readFile(files, options), 'readFile')
    },
    writeFile(options: WriteOptions): void {
      callBack(
        options,
        async () => {
          await fs.writeFile(find(files, 'writeFile', options.filePath), bytesOf(options))
          return {}
        },
        'writeFile',
      )
    },
    appendFile(options: WriteOptions): void {
      callBack(
        options,
        async () => {
          await statOf(files, 'appendFile', options.filePath)
          await fs.appendFile(files.resolve(options.filePath), bytesOf(options))
          return {}
        },
        'appendFile',
      )
    },
    saveFile(options: CallbackOptions & { tempFilePath: string; filePath?: string }): void {
      callBack(
        options,
        async () => {
          const { tempFilePath } = options
          const name = tempFilePath.replace(/^.*[/_]/, '')
          const savedFilePath = options.filePath ?? `${USER_DATA}/store_${name}`
          await statOf(files, 'saveFile', tempFilePath)
          await fs.rename(files.resolve(tempFilePath), find(files, 'saveFile', savedFilePath))
          return { savedFilePath }
        },
        'saveFile',
      )
    },
    rename(options: CallbackOptions & { oldPath: string; newPath: string }): void {
      callBack(
        options,
        async () => {
          await statOf(files, 'rename', options.oldPath)
          await fs.rename(files.resolve(options.oldPath), find(files, 'rename', options.newPath))
          return {}
        },
        'rename',
      )
    },
    stat(options: CallbackOptions & { path: string }): void {
      callBack(
        options,
        async () => {
          const stats = await statOf(files, 'stat', options.path)
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
        },
        'stat',
      )
    },
    getFileInfo(
      options: CallbackOptions & { filePath: string; digestAlgorithm?: 'md5' | 'sha1' | 'sha256' },
    ): void {
      callBack(
        options,
        async () => {
          const { size } = await statOf(files, 'getFileInfo', options.filePath)
          const hash = createHash(options.digestAlgorithm ?? 'md5')
          for await (const chunk of createReadStream(files.resolve(options.filePath)))
            hash.update(chunk)
          return { size, digest: hash.digest('hex') }
        },
        'getFileInfo',
      )
    },
    access(options: CallbackOptions & { path: string }): void {
      callBack(
        options,
        async () => {
          await statOf(files, 'access', options.path)
          return {}
        },
        'access',
      )
    },
    unlink(options: CallbackOptions & { filePath: string }): void {
      callBack(
        options,
        async () => {
          await statOf(files, 'unlink', options.filePath)
          await fs.unlink(files.resolve(options.filePath))
          return {}
        },
        'unlink',
      )
    },
    open(options: CallbackOptions & { filePath: string; flag?: string }): void {
      callBack(
        options,
        async () => {
          await statOf(files, 'open', options.filePath)
          const fd = String(nextFd++)
          open.set(fd, await fs.open(files.resolve(options.filePath), options.flag ?? 'r'))
          return { fd }
        },
        'open',
      )
    },
    read(
      options: CallbackOptions & {
        fd: string
        arrayBuffer: ArrayBuffer
        offset?: number
        length?: number
        position?: number
      },
    ): void {
      callBack(
        options,
        async () => {
          const { arrayBuffer, offset = 0, length = 0, position } = options
          const { bytesRead } = await handle('read', options.fd).read(
            new Uint8Array(arrayBuffer),
            offset,
            length,
            position ?? null,
          )
          return { bytesRead, arrayBuffer }
        },
        'read',
      )
    },
    close(options: CallbackOptions & { fd: string }): void {
      callBack(
        options,
        async () => {
          await handle('close', options.fd).close()
          open.delete(options.fd)
          return {}
        },
        'close',
      )
    },
  }
}

function find(files: FileSpace, name: string, path: string): string {
  try {
    return files.resolve(path)
  } catch (error) {
    throw new WxError(`${name}:fail ${(error as Error).message}`, { errno: 1300002 })
  }
}

async function statOf(files: FileSpace, name: string, path: string) {
  return fs.stat(find(files, name, path)).catch(() => {
    throw new WxError(`${name}:fail no such file or directory "${path}"`, { errno: 1300002 })
  })
}

async function readFile(files: FileSpace, options: ReadFileOptions): Promise<object> {
  const { filePath, encoding, position, length } = options
  const { size } = await statOf(files, 'readFile', filePath)
  if (size > READ_FILE_LIMIT) {
    throw new WxError('readFile:fail the maximum size of the file is exceeded', { errno: 1300202 })
  }
  const isRanged = position !== undefined || length !== undefined
  const from = position ?? 0
  const count = length ?? size - from
  if (isRanged && (from < 0 || from >= size)) {
    throw new WxError('readFile:fail invalid position', { errno: 1300004 })
  }
  if (isRanged && (count < 1 || count > size)) {
    throw new WxError('readFile:fail invalid length', { errno: 1300004 })
  }
  const file = await fs.open(files.resolve(filePath), 'r')
  try {
    const bytes = new Uint8Array(Math.min(count, size - from))
    let done = 0
    while (done < bytes.length) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, from + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return { data: encoding ? Buffer.from(bytes).toString(encoding) : bytes.buffer }
  } finally {
    await file.close()
  }
}
