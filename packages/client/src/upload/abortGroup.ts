import type { AbortSignalLike } from '@miniprogram-cos/protocol'

/** A signal that fires when the outer one does, or when the group is given up. */
export interface AbortGroup {
  signal: AbortSignalLike
  abort: () => void
  /** Lets go of the outer signal. */
  release: () => void
}

/** Phones have no AbortController: this is the part of one that is needed. */
export function abortGroup(outer: AbortSignalLike | undefined): AbortGroup {
  const listeners = new Set<() => void>()
  let aborted = outer?.aborted ?? false
  const abort = () => {
    if (aborted) return
    aborted = true
    for (const listener of [...listeners]) listener()
  }
  outer?.addEventListener('abort', abort)
  return {
    signal: {
      get aborted() {
        return aborted
      },
      addEventListener: (_, listener) => void listeners.add(listener),
      removeEventListener: (_, listener) => void listeners.delete(listener),
    },
    abort,
    release: () => outer?.removeEventListener('abort', abort),
  }
}
