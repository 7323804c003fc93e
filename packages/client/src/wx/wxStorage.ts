import type { WxLike } from './wxLike'

declare const wx: WxLike

/** A storage that is full, or of another version, must not stop an upload: then there is no resuming. */
function ifPossible<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}

/** What was saved under a name; undefined when there is nothing, or no storage. */
export const load = (name: string): unknown => ifPossible(() => wx.getStorageSync(name))

/** Saves beyond the end of the app. @returns whether the storage has taken it */
export const save = (name: string, value: unknown): boolean =>
  ifPossible(() => {
    wx.setStorageSync(name, value)
    return true
  }) || false
