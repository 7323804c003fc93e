declare const console: { error(message: string, error: unknown): void }

type Listener = (event: never) => void

/** Named events. A listener that throws stops neither the others nor the work: see `isolated`. */
export class Emitter {
  private readonly listeners: Record<string, Listener[]> = Object.create(null)

  /** Those of a name, as they are now. */
  get(name: string): Listener[] {
    return this.listeners[name] || []
  }

  on(name: string, listener: Listener): void {
    this.listeners[name] = [...this.get(name), listener]
  }

  /** Without a listener all of the name are let go. */
  off(name: string, listener?: Listener): void {
    this.listeners[name] = this.get(name).filter((one) => listener && one !== listener)
  }

  emit(name: string, event: unknown): void {
    for (const listener of this.get(name)) isolated(() => listener(event as never))
  }
}

/**
 * Runs a listener or a callback of the app. What it throws, or a promise of it rejects with, is the app's error:
 * it is reported by `console.error`, once, and changes nothing of the outcome.
 */
export function isolated(run: () => unknown): void {
  const report = (error: unknown) => console.error('miniprogram-cos: a listener failed', error)
  try {
    const returned = run() as PromiseLike<unknown> | undefined
    if (typeof returned?.then === 'function') returned.then(undefined, report)
  } catch (error) {
    report(error)
  }
}
