type Listener = (event: never) => void

/** Named events. A listener that throws is the app's error, and stops neither the others nor the work. */
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

/** Runs a callback of the app: what it throws is reported by the runtime, and not ours to handle. */
export function isolated(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    void Promise.reject(error)
  }
}
