import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type CallbackOptions, callBackOrPromise, WxError } from '../callbacks'

/** Limits of the storage page of the WeChat documents. */
const MAX_KEY_BYTES = 1024 * 1024
const MAX_TOTAL_BYTES = 10 * 1024 * 1024

/** wx storage, kept in a file so that it survives a restart of the app. */
export function createStorage(file: string) {
  const data: Map<string, string> = new Map(
    existsSync(file) ? Object.entries(JSON.parse(readFileSync(file, 'utf8'))) : [],
  )
  const save = () => {
    writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(data)))
    renameSync(`${file}.new`, file)
  }
  const set = (key: string, value: unknown) => {
    const text = JSON.stringify(value)
    if (text === undefined) throw new WxError('setStorage:fail data is not serialisable')
    if (Buffer.byteLength(text) > MAX_KEY_BYTES) {
      throw new WxError('setStorage:fail entry size limit reached')
    }
    let total = Buffer.byteLength(text)
    for (const [name, other] of data) if (name !== key) total += Buffer.byteLength(other)
    if (total > MAX_TOTAL_BYTES) throw new WxError('setStorage:fail exceed storage max size')
    data.set(key, text)
    save()
  }
  const get = (key: string): unknown => {
    const text = data.get(key)
    return text === undefined ? undefined : JSON.parse(text)
  }
  const info = () => ({
    keys: [...data.keys()],
    currentSize: Math.ceil(
      [...data.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1024,
    ),
    limitSize: MAX_TOTAL_BYTES / 1024,
  })
  return {
    setStorageSync: set,
    getStorageSync: (key: string) => get(key) ?? '',
    removeStorageSync(key: string) {
      data.delete(key)
      save()
    },
    clearStorageSync() {
      data.clear()
      save()
    },
    getStorageInfoSync: info,
    setStorage: (options: CallbackOptions & { key: string; data: unknown }) =>
      callBackOrPromise(
        options,
        () => {
          set(options.key, options.data)
          return {}
        },
        'setStorage',
      ),
    getStorage: (options: CallbackOptions & { key: string }) =>
      callBackOrPromise(
        options,
        () => {
          const value = get(options.key)
          if (value === undefined) throw new WxError('getStorage:fail data not found')
          return { data: value }
        },
        'getStorage',
      ),
    removeStorage: (options: CallbackOptions & { key: string }) =>
      callBackOrPromise(
        options,
        () => {
          data.delete(options.key)
          save()
          return {}
        },
        'removeStorage',
      ),
  }
}
