import { type CallbackOptions, callBack, WxError } from '../../callbacks'
import { deviceProfile } from '../../deviceProfile'
import { settings } from '../settings'

const DATABASE = 'phone'
const STORE = 'files'

export const USER_DATA = 'wxfile://usr'
/** Files of `saveFile` that the app gives no path. */
const SAVED = 'wxfile://store_'

/**
 * The phone's files: blobs by path in the browser's database, so that a chosen file is still there after a
 * reload, as on a phone after a restart of the app. Folders are blobs without content.
 */
class PhoneFiles {
  readonly #blobs = new Map<string, Blob>()
  readonly #folders = new Set([USER_DATA])
  readonly #urls = new Map<string, string>()
  readonly #open: Promise<IDBDatabase>
  /** Resolves when the files of earlier starts are known. */
  readonly #loaded: Promise<void>

  constructor() {
    this.#open = new Promise((resolve, reject) => {
      const opening = indexedDB.open(DATABASE, 1)
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
      opening.onsuccess = () => resolve(opening.result)
      opening.onerror = () => reject(opening.error)
    })
    this.#loaded = this.#load()
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
    if (!this.#blobs.has(path)) await this.#loaded
    return this.getSync(path, api)
  }

  /** @throws WxError with the prefix of the call `api` */
  getSync(path: string, api: string): Blob {
    const found = this.#blobs.get(path)
    if (found) return found
    throw new WxError(`${api}:fail no such file or directory "${path}"`, { errno: 1300002 })
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
  async urlOf(path: string): Promise<string> {
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

/** The size of the file that a buffer was read from: of an upload in parts it tells how much there is to send. */
export const bytesOfFile = new WeakMap<ArrayBuffer, number>()

/**
 * The URL of what an app calls `src`; empty if the file does not exist.
 * @param from the page or component that names it: relative paths begin there
 */
export async function addressOf(src: string, from = ''): Promise<string> {
  if (src.startsWith('wxfile://')) return phoneFiles.urlOf(src).catch(() => '')
  if (/^https?:\/\//.test(src)) return `/wx/net?url=${encodeURIComponent(src)}`
  if (src.startsWith('cloud://')) return `/wx/file?id=${encodeURIComponent(src)}`
  if (src === '' || /^(?:data|blob):/.test(src)) return src
  if (src.startsWith('//')) return addressOf(`https:${src}`)
  const { pathname } = new URL(src, `http://app/${from}`)
  return `/app${pathname}`
}

/** Size limit of readFile, in bytes (FileSystemManager.readFile page of the WeChat documents). */
const READ_FILE_LIMIT = 100 * 1024 * 1024

interface ReadFileOptions extends CallbackOptions {
  filePath: string
  encoding?: string
  position?: number
  length?: number
}
interface Data {
  filePath: string
  data: string | ArrayBuffer
  encoding?: string
}

const NO_FILE = { errno: 1300002 }

/** A method of the file system manager, which accepts callbacks only. */
function method<T>(name: string, run: (options: T) => unknown) {
  return (options: T & CallbackOptions) =>
    callBack(options, async () => Object(await run(options)), name)
}

const opened = new Map<string, Blob>()
let nextFd = 10

/** `wx.getFileSystemManager()` on the browser's database. */
export const fileSystemManager = {
  readFile: method<ReadFileOptions>('readFile', async (options) => {
    const file = await phoneFiles.get(options.filePath, 'readFile')
    const part = partOf(file, options)
    if (!options.encoding) {
      const data = await part.arrayBuffer()
      bytesOfFile.set(data, file.size)
      return { data }
    }
    return { data: encode(new Uint8Array(await part.arrayBuffer()), options.encoding) }
  }),
  readFileSync(filePath: string, encoding?: string, position?: number, length?: number) {
    const range = {
      ...(position === undefined ? {} : { position }),
      ...(length === undefined ? {} : { length }),
    }
    const bytes = bytesSync(partOf(phoneFiles.getSync(filePath, 'readFileSync'), range))
    return encoding ? encode(bytes, encoding) : bytes.buffer
  },
  ...both('writeFile', ({ filePath, data, encoding }: Data) => {
    void phoneFiles.put(filePath, blobOf(data, encoding))
  }),
  writeFileSync: (filePath: string, data: string | ArrayBuffer, encoding?: string) =>
    void phoneFiles.put(filePath, blobOf(data, encoding)),
  appendFile: method<Data>('appendFile', async ({ filePath, data, encoding }) => {
    const before = await phoneFiles.get(filePath, 'appendFile')
    await phoneFiles.put(filePath, new Blob([before, blobOf(data, encoding)]))
  }),
  appendFileSync(filePath: string, data: string | ArrayBuffer, encoding?: string) {
    const before = phoneFiles.getSync(filePath, 'appendFileSync')
    void phoneFiles.put(filePath, new Blob([before, blobOf(data, encoding)]))
  },
  stat: method<{ path: string }>('stat', async ({ path }) => {
    if (!phoneFiles.isFolder(path)) await phoneFiles.get(path, 'stat')
    return { stats: statsOf(path, 'stat') }
  }),
  statSync: (path: string) => statsOf(path, 'statSync'),
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
  access: method<{ path: string }>('access', async ({ path }) => {
    if (!phoneFiles.isFolder(path)) await phoneFiles.get(path, 'access')
  }),
  accessSync(path: string) {
    if (!phoneFiles.isFolder(path)) phoneFiles.getSync(path, 'accessSync')
  },
  unlink: method<{ filePath: string }>('unlink', async ({ filePath }) => {
    await phoneFiles.get(filePath, 'unlink')
    await phoneFiles.remove(filePath)
  }),
  unlinkSync(filePath: string) {
    phoneFiles.getSync(filePath, 'unlinkSync')
    void phoneFiles.remove(filePath)
  },
  copyFile: method<{ srcPath: string; destPath: string }>(
    'copyFile',
    async ({ srcPath, destPath }) =>
      phoneFiles.put(destPath, await phoneFiles.get(srcPath, 'copyFile')),
  ),
  copyFileSync: (srcPath: string, destPath: string) =>
    void phoneFiles.put(destPath, phoneFiles.getSync(srcPath, 'copyFileSync')),
  rename: method<{ oldPath: string; newPath: string }>('rename', async ({ oldPath, newPath }) => {
    await phoneFiles.put(newPath, await phoneFiles.get(oldPath, 'rename'))
    await phoneFiles.remove(oldPath)
  }),
  renameSync(oldPath: string, newPath: string) {
    void phoneFiles.put(newPath, phoneFiles.getSync(oldPath, 'renameSync'))
    void phoneFiles.remove(oldPath)
  },
  ...both('mkdir', ({ dirPath }: { dirPath: string }) => phoneFiles.makeFolder(dirPath)),
  mkdirSync: (dirPath: string) => phoneFiles.makeFolder(dirPath),
  rmdir: method<{ dirPath: string; recursive?: boolean }>('rmdir', (options) =>
    removeFolder(options),
  ),
  rmdirSync: (dirPath: string, recursive = false) => removeFolder({ dirPath, recursive }),
  readdir: method<{ dirPath: string }>('readdir', ({ dirPath }) => ({ files: namesIn(dirPath) })),
  readdirSync: (dirPath: string) => namesIn(dirPath),
  saveFile: method<{ tempFilePath: string; filePath?: string }>('saveFile', async (options) => {
    const file = await phoneFiles.get(options.tempFilePath, 'saveFile')
    const name = options.tempFilePath.replace(/^wxfile:\/\/te?mp[_/]/, '')
    const savedFilePath = options.filePath ?? `wxfile://store_${name}`
    await phoneFiles.put(savedFilePath, file)
    await phoneFiles.remove(options.tempFilePath)
    return { savedFilePath }
  }),
  getSavedFileList: method('getSavedFileList', () => ({
    fileList: phoneFiles.list('wxfile://store_').map((filePath) => ({
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
  read: method<{
    fd: string
    arrayBuffer: ArrayBuffer
    offset?: number
    length?: number
    position?: number
  }>('read', async ({ fd, arrayBuffer, offset = 0, length = 0, position = 0 }) => {
    const file = opened.get(fd)
    if (!file) throw new WxError('read:fail bad file descriptor', { errno: 1300009 })
    const bytes = await file.slice(position, position + length).arrayBuffer()
    new Uint8Array(arrayBuffer).set(new Uint8Array(bytes), offset)
    bytesOfFile.set(arrayBuffer, file.size)
    return { bytesRead: bytes.byteLength, arrayBuffer }
  }),
  close: method<{ fd: string }>('close', ({ fd }) => void opened.delete(fd)),
}

function both<T>(name: string, run: (options: T) => void) {
  return { [name]: method<T>(name, run) }
}

/** @throws WxError for a range that WeChat refuses */
function partOf(file: Blob, { position, length }: Partial<ReadFileOptions>): Blob {
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

function blobOf(data: string | ArrayBuffer, encoding = 'utf8'): Blob {
  if (typeof data !== 'string' || /^utf-?8$/.test(encoding)) return new Blob([data])
  const text = encoding === 'base64' ? atob(data) : data
  if (encoding === 'hex') {
    return new Blob([Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))])
  }
  return new Blob([Uint8Array.from(text, (character) => character.charCodeAt(0))])
}

function statsOf(path: string, api: string) {
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
    throw new WxError(`readdir:fail no such file or directory "${dirPath}"`, NO_FILE)
  }
  const inside = phoneFiles.list(folder).map((path) => path.slice(folder.length + 1))
  return [...new Set(inside.map((path) => path.split('/')[0] ?? ''))].filter(Boolean)
}

function removeFolder({ dirPath, recursive }: { dirPath: string; recursive?: boolean }): void {
  const inside = phoneFiles.list(dirPath)
  if (inside.length > 0 && !recursive) {
    throw new WxError('rmdir:fail directory not empty', { errno: 1300066 })
  }
  for (const path of [...inside, dirPath.replace(/\/$/, '')]) void phoneFiles.remove(path)
}
