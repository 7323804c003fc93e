import { theWx } from './wxLike'

/** A storage that is full, or of another version, must not stop an upload: then there is no resuming. */
export function load(name: string): unknown {
  try {
    return theWx().getStorageSync?.(name)
  } catch {
    return undefined
  }
}

export function save(name: string, value: unknown): void {
  try {
    theWx().setStorageSync?.(name, value)
  } catch {
    // As above.
  }
}
