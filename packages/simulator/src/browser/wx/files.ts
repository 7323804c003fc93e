import { WxError } from '../../callbacks'
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
