import type { AbortSignalLike } from '@miniprogram-cos/protocol'

/** A signal that fires when the outer one does, or when the group is given up. */
export interface AbortGroup {
  signal: AbortSignalLike
  abort: () => void
  /** Lets go of the outer signal. */
  release: () => void
}

/** Phones have no AbortController: this is the part of one that is needed. */
export function abortGroup(outer?: AbortSignalLike): AbortGroup {
  const listeners = new Set<() => void>()
  const signal = {
    aborted: outer ? outer.aborted : false,
    addEventListener: (_: 'abort', listener: () => void) => void listeners.add(listener),
    removeEventListener: (_: 'abort', listener: () => void) => void listeners.delete(listener),
  }
  const abort = () => {
    signal.aborted = true
    for (const listener of [...listeners]) {
      listeners.delete(listener)
      listener()
    }
  }
  outer?.addEventListener('abort', abort)
  return { signal, abort, release: () => outer?.removeEventListener('abort', abort) }
}
