import { api, WxError } from './callbacks'

/** Limits of https://developers.weixin.qq.com/miniprogram/dev/framework/ability/storage.html */
const MAX_KEY_BYTES = 1024 * 1024
const MAX_TOTAL_BYTES = 10 * 1024 * 1024

/** Keeps the storage between two starts of the app. */
export interface StorageBackend {
  /** JSON text by key. */
  load: () => Record<string, string>
  save: (data: Record<string, string>) => void
}

const utf8 = new TextEncoder()
const byteLength = (text: string) => utf8.encode(text).length

/** `wx` storage: one implementation for Node and the browser. */
export function createStorage(backend: StorageBackend) {
  const data = new Map(Object.entries(backend.load()))
  const save = () => backend.save(Object.fromEntries(data))
  const set = (key: string, value: unknown) => {
    const text = JSON.stringify(value)
    if (text === undefined) throw new WxError('setStorage:fail data is not serialisable')
    if (byteLength(text) > MAX_KEY_BYTES) {
      throw new WxError('setStorage:fail entry size limit reached')
    }
    let total = byteLength(text)
    for (const [name, other] of data) if (name !== key) total += byteLength(other)
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
      [...data.values()].reduce((sum, text) => sum + byteLength(text), 0) / 1024,
    ),
    limitSize: MAX_TOTAL_BYTES / 1024,
  })
  const remove = (key: string) => {
    data.delete(key)
    save()
  }
  const clear = () => {
    data.clear()
    save()
  }
  const setAll = (entries: { key: string; value: unknown }[]) => {
    for (const { key, value } of entries) set(key, value)
  }
  const getAll = (keys: string[]) => keys.map((key) => get(key) ?? '')
  return {
    setStorageSync: set,
    getStorageSync: (key: string) => get(key) ?? '',
    removeStorageSync: remove,
    clearStorageSync: clear,
    getStorageInfoSync: info,
    batchSetStorageSync: setAll,
    batchGetStorageSync: getAll,
    setStorage: api<{ key: string; data: unknown }>('setStorage', (options) =>
      set(options.key, options.data),
    ),
    getStorage: api<{ key: string }>('getStorage', ({ key }) => {
      const value = get(key)
      if (value === undefined) throw new WxError('getStorage:fail data not found')
      return { data: value }
    }),
    removeStorage: api<{ key: string }>('removeStorage', ({ key }) => remove(key)),
    clearStorage: api('clearStorage', clear),
    getStorageInfo: api('getStorageInfo', info),
    batchSetStorage: api<{ kvList: { key: string; value: unknown }[] }>(
      'batchSetStorage',
      ({ kvList }) => setAll(kvList),
    ),
    batchGetStorage: api<{ keyList: string[] }>('batchGetStorage', ({ keyList }) => ({
      dataList: getAll(keyList),
    })),
  }
}
