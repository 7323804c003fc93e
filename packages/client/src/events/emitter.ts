type Listener = (event: never) => void

/** Named events. A listener that throws is the app's error, and stops neither the others nor the work. */
export class Emitter {
  private readonly listeners: Record<string, Listener[]> = Object.create(null)

  on(name: string, listener: Listener): void {
    const list = this.listeners[name] ?? []
    this.listeners[name] = [...list, listener]
  }

  /** Without a listener all of the name are let go. */
  off(name: string, listener?: Listener): void {
    const list = this.listeners[name] ?? []
    this.listeners[name] = listener ? list.filter((one) => one !== listener) : []
  }

  has(name: string): boolean {
    return (this.listeners[name] ?? []).length > 0
  }

  emit(name: string, event: unknown): void {
    for (const listener of this.listeners[name] ?? []) isolated(() => listener(event as never))
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
