import { WxError } from '../../callbacks'

const DATABASE = 'phone'
const STORE = 'files'

export const USER_DATA = 'wxfile://usr'

/**
 * The phone's files: blobs by path, kept in the browser's database, so that a file that was chosen is still
 * there when the page is loaded again, as it is on a phone when the app is started again.
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

  /** Keeps a file under a new temporary path with its own ending. */
  async add(file: Blob, name = ''): Promise<string> {
    const ending = /\.\w{1,10}$/.exec(name)?.[0] ?? ''
    const path = `wxfile://tmp_${crypto.randomUUID().replace(/-/g, '')}${ending.toLowerCase()}`
    await this.put(path, file)
    return path
  }

  async put(path: string, file: Blob): Promise<void> {
    this.#urls.delete(path)
    await this.#run('readwrite', (store) => store.put(file, path))
  }

  /** @throws WxError in the words of the call `api` */
  async get(path: string, api: string): Promise<Blob> {
    const found = await this.#run<Blob | undefined>('readonly', (store) => store.get(path))
    if (found) return found
    throw new WxError(`${api}:fail no such file or directory "${path}"`, { errno: 1300002 })
  }

  async remove(path: string): Promise<void> {
    this.#urls.delete(path)
    await this.#run('readwrite', (store) => store.delete(path))
  }

  /** An address the browser can show. */
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
      const asked = run(database.transaction(STORE, mode).objectStore(STORE))
      asked.onsuccess = () => resolve(asked.result as T)
      asked.onerror = () => reject(asked.error)
    })
  }
}

export const phoneFiles = new PhoneFiles()
