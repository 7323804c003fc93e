import { type CallbackOptions, callBack, WxError } from '../../wxRules/callbacks'
import { deviceProfile } from '../../wxRules/deviceProfile'
import {
  badDescriptor,
  noSuchFile,
  type ReadFileOptions,
  type ReadOptions,
  readRange,
  USER_DATA,
  type WriteFileOptions,
} from '../../wxRules/files'
import { settings } from '../settings'

const DATABASE = 'phone'
const STORE = 'files'

/** Files of `saveFile` that the app gives no path. */
const SAVED = 'wxfile://store_'

/**
 * The phone's files: blobs by path in the browser's database, so that a chosen file survives a reload, as it
 * survives a restart of the app on a phone.
 */
class PhoneFiles {
  readonly #blobs = new Map<string, Blob>()
  readonly #folders = new Set([USER_DATA])
  readonly #urls = new Map<string, string>()
  readonly #open: Promise<IDBDatabase>
  /** Resolves when the files of earlier starts are known. */
  readonly loaded: Promise<void>

  constructor() {
    this.#open = new Promise((resolve, reject) => {
      const opening = indexedDB.open(DATABASE, 1)
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
      opening.onsuccess = () => resolve(opening.result)
      opening.onerror = () => reject(opening.error)
    })
    this.loaded = this.#load()
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
    this.#blobs.set(path, file)
    await this.#run('readwrite', (store) => store.put(file, path))
  }

  /** @throws WxError with the prefix of the call `api` */
  async get(path: string, api: string): Promise<Blob> {
    if (!this.#blobs.has(path)) await this.loaded
    return this.getSync(path, api)
  }

  /** @throws WxError with the prefix of the call `api` */
  getSync(path: string, api: string): Blob {
    const found = this.#blobs.get(path)
    if (found) return found
    throw noSuchFile(api, path)
  }

  remove(path: string): Promise<void> {
    this.#urls.delete(path)
    this.#blobs.delete(path)
    this.#folders.delete(path)
    return this.#run('readwrite', (store) => store.delete(path))
  }

  isFolder(path: string): boolean {
    const folder = path.replace(/\/$/, '')
    return this.#folders.has(folder) || this.list(folder).length > 0
  }

  /** Paths and sizes of all files. */
  sizes(): { path: string; size: number }[] {
    return [...this.#blobs].map(([path, { size }]) => ({ path, size }))
  }

  makeFolder(path: string): void {
    this.#folders.add(path.replace(/\/$/, ''))
  }

  /** All paths below a folder or with a prefix. */
  list(prefix: string): string[] {
    const inside = prefix.startsWith(SAVED) ? prefix : `${prefix.replace(/\/$/, '')}/`
    return [...this.#blobs.keys(), ...this.#folders].filter((path) => path.startsWith(inside))
  }

  /** A URL that the browser can show. */
  async getUrl(path: string): Promise<string> {
    const known = this.#urls.get(path)
    if (known) return known
    const url = URL.createObjectURL(await this.get(path, 'readFile'))
    this.#urls.set(path, url)
    return url
  }

  async #load(): Promise<void> {
    const [keys, blobs] = await Promise.all([
      this.#run<string[]>('readonly', (store) => store.getAllKeys()),
      this.#run<Blob[]>('readonly', (store) => store.getAll()),
    ])
    for (const [i, key] of keys.entries()) {
      const blob = blobs[i]
      if (blob && !this.#blobs.has(key)) this.#blobs.set(key, blob)
    }
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

/** The size of the file that a buffer was read from: the panel needs it for the progress of an upload in parts. */
export const bytesOfFile = new WeakMap<ArrayBuffer, number>()

/**
 * The URL that the browser loads for a `src` of the app; empty if the file does not exist.
 * @param from the page or component that names it: relative paths begin there
 */
export async function resolveSrc(src: string, from = ''): Promise<string> {
  if (src.startsWith('wxfile://')) return phoneFiles.getUrl(src).catch(() => '')
  if (/^https?:\/\//.test(src)) return `/wx/net?url=${encodeURIComponent(src)}`
  if (src.startsWith('cloud://')) return `/wx/file?id=${encodeURIComponent(src)}`
  if (src === '' || /^(?:data|blob):/.test(src)) return src
  if (src.startsWith('//')) return resolveSrc(`https:${src}`)
  const { pathname } = new URL(src, `http://app/${from}`)
  return `/app${pathname}`
}

/** A method of the file system manager, which accepts callbacks only. */
function method<T>(name: string, run: (options: T) => unknown) {
  return (options: T & CallbackOptions) =>
    callBack(options, async () => Object(await run(options)), name)
}

/**
 * A method in its two forms: `name` with callbacks, and `nameSync` with positional parameters.
 * @param run gets the name of the form, for its errors
 */
function both<Options, Given extends unknown[]>(
  name: string,
  optionsOf: (...given: Given) => Options,
  run: (options: Options, name: string) => unknown,
): Record<string, unknown> {
  return {
    [name]: method<Options>(name, async (options) => {
      await phoneFiles.loaded
      return run(options, name)
    }),
    [`${name}Sync`]: (...given: Given) => {
      const result = run(optionsOf(...given), `${name}Sync`)
      // The content is in memory at once; only the database is written later.
      return result instanceof Promise ? undefined : result
    },
  }
}

type Content = WriteFileOptions['data']
const atPath = (path: string) => ({ path })
const atFilePath = (filePath: string) => ({ filePath })
const written = (filePath: string, data: Content, encoding?: string) => ({
  filePath,
  data,
  encoding,
})

const opened = new Map<string, Blob>()
let nextFd = 10

/** `wx.getFileSystemManager()` on the browser's database. */
export const fileSystemManager = {
  readFile: method<ReadFileOptions>('readFile', async (options) => {
    const file = await phoneFiles.get(options.filePath, 'readFile')
    const data = await sliceRange(file, options).arrayBuffer()
    if (options.encoding) return { data: encode(new Uint8Array(data), options.encoding) }
    bytesOfFile.set(data, file.size)
    return { data }
  }),
  readFileSync(filePath: string, encoding?: string, position?: number, length?: number) {
    const range = {
      ...(position === undefined ? {} : { position }),
      ...(length === undefined ? {} : { length }),
    }
    const bytes = bytesSync(sliceRange(phoneFiles.getSync(filePath, 'readFileSync'), range))
    return encoding ? encode(bytes, encoding) : bytes.buffer
  },
  ...both('writeFile', written, ({ filePath, data, encoding }) =>
    phoneFiles.put(filePath, createBlob(data, encoding)),
  ),
  ...both('appendFile', written, ({ filePath, data, encoding }, name) => {
    const before = phoneFiles.getSync(filePath, name)
    return phoneFiles.put(filePath, new Blob([before, createBlob(data, encoding)]))
  }),
  stat: method<{ path: string }>('stat', async ({ path }) => {
    await phoneFiles.loaded
    return { stats: readStats(path, 'stat') }
  }),
  statSync: (path: string) => readStats(path, 'statSync'),
  /** The server computes the digest, because browsers have no MD5. */
  getFileInfo: method<{ filePath: string; digestAlgorithm?: string }>(
    'getFileInfo',
    async ({ filePath, digestAlgorithm = 'md5' }) => {
      const body = await phoneFiles.get(filePath, 'getFileInfo')
      const path = `/wx/digest?algorithm=${digestAlgorithm}`
      const response = await fetch(path, { method: 'POST', body })
      return { size: body.size, digest: await response.text() }
    },
  ),
  ...both('access', atPath, ({ path }, name) => void readStats(path, name)),
  ...both('unlink', atFilePath, ({ filePath }, name) => {
    phoneFiles.getSync(filePath, name)
    return phoneFiles.remove(filePath)
  }),
  ...both(
    'copyFile',
    (srcPath: string, destPath: string) => ({ srcPath, destPath }),
    ({ srcPath, destPath }, name) => phoneFiles.put(destPath, phoneFiles.getSync(srcPath, name)),
  ),
  ...both(
    'rename',
    (oldPath: string, newPath: string) => ({ oldPath, newPath }),
    ({ oldPath, newPath }, name) =>
      Promise.all([
        phoneFiles.put(newPath, phoneFiles.getSync(oldPath, name)),
        phoneFiles.remove(oldPath),
      ]),
  ),
  ...both(
    'mkdir',
    (dirPath: string) => ({ dirPath }),
    ({ dirPath }) => phoneFiles.makeFolder(dirPath),
  ),
  ...both(
    'rmdir',
    (dirPath: string, recursive?: boolean) => ({ dirPath, recursive }),
    ({ dirPath, recursive }) => removeFolder(dirPath, recursive),
  ),
  readdir: method<{ dirPath: string }>('readdir', ({ dirPath }) => ({ files: namesIn(dirPath) })),
  readdirSync: (dirPath: string) => namesIn(dirPath),
  saveFile: method<{ tempFilePath: string; filePath?: string }>('saveFile', async (options) => {
    const file = await phoneFiles.get(options.tempFilePath, 'saveFile')
    const name = options.tempFilePath.replace(/^wxfile:\/\/te?mp[_/]/, '')
    const savedFilePath = options.filePath ?? `${SAVED}${name}`
    await phoneFiles.put(savedFilePath, file)
    await phoneFiles.remove(options.tempFilePath)
    return { savedFilePath }
  }),
  getSavedFileList: method('getSavedFileList', () => ({
    fileList: phoneFiles.list(SAVED).map((filePath) => ({
      filePath,
      size: phoneFiles.getSync(filePath, 'getSavedFileList').size,
      createTime: 0,
    })),
  })),
  removeSavedFile: method<{ filePath: string }>('removeSavedFile', ({ filePath }) =>
    phoneFiles.remove(filePath),
  ),
  open: method<{ filePath: string }>('open', async ({ filePath }) => {
    const fd = String(nextFd++)
    opened.set(fd, await phoneFiles.get(filePath, 'open'))
    return { fd }
  }),
  read: method<ReadOptions>(
    'read',
    async ({ fd, arrayBuffer, offset = 0, length = 0, position = 0 }) => {
      const file = opened.get(fd)
      if (!file) throw badDescriptor('read')
      const bytes = await file.slice(position, position + length).arrayBuffer()
      new Uint8Array(arrayBuffer).set(new Uint8Array(bytes), offset)
      bytesOfFile.set(arrayBuffer, file.size)
      return { bytesRead: bytes.byteLength, arrayBuffer }
    },
  ),
  close: method<{ fd: string }>('close', ({ fd }) => void opened.delete(fd)),
}

function sliceRange(file: Blob, range: { position?: number; length?: number }): Blob {
  const { from, count } = readRange(file.size, range)
  return file.slice(from, from + count)
}

/** Only a synchronous request reads a blob at once; it gives text, one byte in each character. */
function bytesSync(blob: Blob): Uint8Array<ArrayBuffer> {
  const url = URL.createObjectURL(blob)
  const request = new XMLHttpRequest()
  request.open('GET', url, false)
  request.overrideMimeType('text/plain; charset=x-user-defined')
  request.send()
  URL.revokeObjectURL(url)
  return Uint8Array.from(request.responseText, (character) => character.charCodeAt(0) & 0xff)
}

function encode(bytes: Uint8Array, encoding: string): string {
  const binary = () => bytes.reduce((text, byte) => text + String.fromCharCode(byte), '')
  const encodings: Record<string, () => string> = {
    utf8: () => new TextDecoder().decode(bytes),
    'utf-8': () => new TextDecoder().decode(bytes),
    base64: () => btoa(binary()),
    binary,
    latin1: binary,
    ascii: binary,
    hex: () => bytes.reduce((text, byte) => text + byte.toString(16).padStart(2, '0'), ''),
  }
  const run = encodings[encoding]
  if (run) return run()
  throw new WxError(`readFile:fail the preview does not know the encoding ${encoding}`)
}

function createBlob(data: string | ArrayBuffer, encoding: string | undefined = 'utf8'): Blob {
  if (typeof data !== 'string' || /^utf-?8$/.test(encoding)) return new Blob([data])
  const text = encoding === 'base64' ? atob(data) : data
  if (encoding === 'hex') {
    return new Blob([Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))])
  }
  return new Blob([Uint8Array.from(text, (character) => character.charCodeAt(0))])
}

function readStats(path: string, api: string) {
  const isFolder = phoneFiles.isFolder(path)
  const size = isFolder ? 0 : phoneFiles.getSync(path, api).size
  const time = Math.floor(Date.now() / 1000)
  return {
    size,
    mode: isFolder ? 16877 : 33188,
    lastAccessedTime: time,
    lastModifiedTime: time,
    isDirectory: () => isFolder,
    isFile: () => !isFolder,
  }
}

/** @throws WxError when the folder does not exist */
function namesIn(dirPath: string): string[] {
  const folder = dirPath.replace(/\/$/, '')
  if (!phoneFiles.isFolder(folder)) {
    throw noSuchFile('readdir', dirPath)
  }
  const inside = phoneFiles.list(folder).map((path) => path.slice(folder.length + 1))
  return [...new Set(inside.map((path) => path.split('/')[0] ?? ''))].filter(Boolean)
}

function removeFolder(dirPath: string, recursive = false): void {
  const inside = phoneFiles.list(dirPath)
  if (inside.length > 0 && !recursive) {
    throw new WxError('rmdir:fail directory not empty', { errno: 1300066 })
  }
  for (const path of [...inside, dirPath.replace(/\/$/, '')]) void phoneFiles.remove(path)
}
