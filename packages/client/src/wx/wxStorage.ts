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

/** Saves beyond the end of the app, as far as the storage lets it. */
export const save = (name: string, value: unknown): void =>
  ifPossible(() => wx.setStorageSync(name, value))
