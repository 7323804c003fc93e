import { type CallbackOptions, callBack, WxError } from '../callbacks'
import { deviceProfile } from '../deviceProfile'
import { settings } from './settings'

const DATABASE = 'phone'
const STORE = 'files'

export const USER_DATA = 'wxfile://usr'

/**
 * The phone's files: blobs by path in the browser's database, so that a chosen file is still there after a
 * reload, as on a phone after a restart of the app.
 */
class PhoneFiles {
  readonly #open: Promise<IDBDatabase>
  readonly #urls = new Map<string, string>()

  constructor() {
    this.#open = new Promise((resolve, reject) => {
      const opening = indexedDB.open(DATABASE, 1)
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
      opening.onsuccess = () => resolve(opening.result)
      opening.onerror = () => reject(opening.error)
    })
  }

  /** Stores a file the user has chosen. @returns its temporary path */
  async add(file: Blob, name = ''): Promise<string> {
    const id = crypto.randomUUID().replace(/-/g, '')
    const path = deviceProfile(settings.device).temporaryPath(name || id, id)
    await this.put(path, file)
    return path
  }

  async put(path: string, file: Blob): Promise<void> {
    this.#urls.delete(path)
    await this.#run('readwrite', (store) => store.put(file, path))
  }

  /** @throws WxError with the prefix of the call `api` */
  async get(path: string, api: string): Promise<Blob> {
    const found = await this.#run<Blob | undefined>('readonly', (store) => store.get(path))
    if (found) return found
    throw new WxError(`${api}:fail no such file or directory "${path}"`, { errno: 1300002 })
  }

  async remove(path: string): Promise<void> {
    this.#urls.delete(path)
    await this.#run('readwrite', (store) => store.delete(path))
  }

  /** A URL that the browser can show. */
  async urlOf(path: string): Promise<string> {
    const known = this.#urls.get(path)
    if (known) return known
    const url = URL.createObjectURL(await this.get(path, 'readFile'))
    this.#urls.set(path, url)
    return url
  }

  async #run<T>(mode: IDBTransactionMode, run: (store: IDBObjectStore) => IDBRequest): Promise<T> {
    const database = await this.#open
    return new Promise((resolve, reject) => {
      const request = run(database.transaction(STORE, mode).objectStore(STORE))
      request.onsuccess = () => resolve(request.result as T)
      request.onerror = () => reject(request.error)
    })
  }
}

export const phoneFiles = new PhoneFiles()

/** The URL of what an app calls `src`; empty if the file does not exist. */
export async function addressOf(src: string): Promise<string> {
  if (src.startsWith('wxfile://')) return phoneFiles.urlOf(src).catch(() => '')
  if (/^https?:\/\//.test(src)) return `/wx/net?url=${encodeURIComponent(src)}`
  if (src === '' || src.startsWith('data:')) return src
  return `/app/${src.replace(/^\//, '')}`
}

/** Size limit of readFile, in bytes (FileSystemManager.readFile page of the WeChat documents). */
const READ_FILE_LIMIT = 100 * 1024 * 1024

interface ReadFileOptions extends CallbackOptions {
  filePath: string
  encoding?: string
  position?: number
  length?: number
}

type Run<T> = (options: T) => Promise<object>

/** A method of the file system manager, which accepts callbacks only. */
function method<T extends CallbackOptions>(name: string, run: Run<T>): (options: T) => void {
  return (options) => callBack(options, () => run(options), name)
}

const opened = new Map<string, Blob>()
let nextFd = 10

/** `wx.getFileSystemManager()` on the browser's database. */
export const fileSystemManager = {
  readFile: method<ReadFileOptions>('readFile', readFile),

  writeFile: method<CallbackOptions & { filePath: string; data: string | ArrayBuffer }>(
    'writeFile',
    async ({ filePath, data }) => {
      await phoneFiles.put(filePath, new Blob([data]))
      return {}
    },
  ),

  stat: method<CallbackOptions & { path: string }>('stat', async ({ path }) => {
    const { size } = await phoneFiles.get(path, 'stat')
    const time = Math.floor(Date.now() / 1000)
    const kind = { isDirectory: () => false, isFile: () => true }
    return {
      stats: { size, mode: 33188, lastAccessedTime: time, lastModifiedTime: time, ...kind },
    }
  }),

  /** The server computes the digest, because browsers have no MD5. */
  getFileInfo: method<CallbackOptions & { filePath: string; digestAlgorithm?: string }>(
    'getFileInfo',
    async ({ filePath, digestAlgorithm = 'md5' }) => {
      const body = await phoneFiles.get(filePath, 'getFileInfo')
      const response = await fetch(`/wx/digest?algorithm=${digestAlgorithm}`, {
        method: 'POST',
        body,
      })
      return { size: body.size, digest: await response.text() }
    },
  ),

  access: method<CallbackOptions & { path: string }>('access', async ({ path }) => {
    await phoneFiles.get(path, 'access')
    return {}
  }),

  unlink: method<CallbackOptions & { filePath: string }>('unlink', async ({ filePath }) => {
    await phoneFiles.get(filePath, 'unlink')
    await phoneFiles.remove(filePath)
    return {}
  }),

  saveFile: method<CallbackOptions & { tempFilePath: string; filePath?: string }>(
    'saveFile',
    async ({ tempFilePath, filePath }) => {
      const file = await phoneFiles.get(tempFilePath, 'saveFile')
      const savedFilePath =
        filePath ?? tempFilePath.replace(/^wxfile:\/\/te?mp[_/]/, 'wxfile://store_')
      await phoneFiles.put(savedFilePath, file)
      await phoneFiles.remove(tempFilePath)
      return { savedFilePath }
    },
  ),

  open: method<CallbackOptions & { filePath: string }>('open', async ({ filePath }) => {
    const fd = String(nextFd++)
    opened.set(fd, await phoneFiles.get(filePath, 'open'))
    return { fd }
  }),

  read: method<
    CallbackOptions & {
      fd: string
      arrayBuffer: ArrayBuffer
      offset?: number
      length?: number
      position?: number
    }
  >('read', async ({ fd, arrayBuffer, offset = 0, length = 0, position = 0 }) => {
    const file = opened.get(fd)
    if (!file) throw new WxError('read:fail bad file descriptor', { errno: 1300009 })
    const bytes = await file.slice(position, position + length).arrayBuffer()
    new Uint8Array(arrayBuffer).set(new Uint8Array(bytes), offset)
    return { bytesRead: bytes.byteLength, arrayBuffer }
  }),

  close: method<CallbackOptions & { fd: string }>('close', async ({ fd }) => {
    opened.delete(fd)
    return {}
  }),
}

async function readFile({ filePath, encoding, position, length }: ReadFileOptions) {
  const file = await phoneFiles.get(filePath, 'readFile')
  if (file.size > READ_FILE_LIMIT) {
    throw new WxError('readFile:fail the maximum size of the file is exceeded', { errno: 1300202 })
  }
  const isRanged = position !== undefined || length !== undefined
  const from = position ?? 0
  const count = length ?? file.size - from
  if (isRanged && (from < 0 || from >= file.size)) {
    throw new WxError('readFile:fail invalid position', { errno: 1300004 })
  }
  if (isRanged && (count < 1 || count > file.size)) {
    throw new WxError('readFile:fail invalid length', { errno: 1300004 })
  }
  const part = file.slice(from, from + count)
  if (!encoding) return { data: await part.arrayBuffer() }
  if (encoding === 'utf8' || encoding === 'utf-8') return { data: await part.text() }
  throw new WxError(`readFile:fail the preview does not know the encoding ${encoding}`)
}
