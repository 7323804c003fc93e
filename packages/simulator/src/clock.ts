/** The clock of a simulated phone. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number
  /** Runs a function later; returns a function that cancels it. */
  schedule(milliseconds: number, run: () => void): () => void
  /** Marks work that takes real time: a virtual clock does not advance meanwhile. */
  during<T>(work: Promise<T>): Promise<T>
}

/** The machine's clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  schedule(milliseconds, run) {
    const timer = setTimeout(run, milliseconds)
    return () => clearTimeout(timer)
  },
  during: (work) => work,
}

interface Timer {
  at: number
  run: () => void
}

/**
 * A clock that jumps from timer to timer. An app reacts only to responses and timers, so while no response is being
 * produced the clock can advance to the next timer at once. A minute on a slow network is therefore reproducible and
 * takes no real time. Computation in the app takes no virtual time.
 */
export class VirtualClock implements Clock {
  #now: number
  /** Running work that takes real time. */
  #busy = 0
  #isChecking = false
  readonly #timers = new Set<Timer>()

  /** @param start Unix milliseconds */
  constructor(start = Date.now()) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  schedule(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, milliseconds || 0), run }
    this.#timers.add(timer)
    this.#check()
    return () => void this.#timers.delete(timer)
  }

  async during<T>(work: Promise<T>): Promise<T> {
    this.#busy++
    try {
      return await work
    } finally {
      this.#busy--
      this.#check()
    }
  }

  /** Globals that make an app use this clock, off by `offset` milliseconds. */
  globals(offset = 0): Record<string, unknown> {
    const now = () => this.#now + offset
    let lastId = 0
    const running = new Map<number, () => void>()
    const start = (milliseconds: number, run: () => void, isRepeated: boolean): number => {
      const id = ++lastId
      const again = () => {
        const cancel = this.schedule(milliseconds, () => {
          if (isRepeated) again()
          else running.delete(id)
          run()
        })
        running.set(id, cancel)
      }
      again()
      return id
    }
    const clear = (id: number) => {
      running.get(id)?.()
      running.delete(id)
    }
    return {
      setTimeout: (run: () => void, milliseconds: number) => start(milliseconds, run, false),
      setInterval: (run: () => void, milliseconds: number) =>
        start(Math.max(1, milliseconds), run, true),
      clearTimeout: clear,
      clearInterval: clear,
      Date: class extends Date {
        constructor(...given: unknown[]) {
          super(...((given.length > 0 ? given : [now()]) as [number]))
        }

        static override now = now
      },
    }
  }

  /** When everything ready has run and no real work is running, advances to the next timer. */
  #check(): void {
    if (this.#isChecking || this.#busy > 0) return
    this.#isChecking = true
    setImmediate(() => {
      this.#isChecking = false
      if (this.#busy > 0) return
      let next: Timer | undefined
      for (const timer of this.#timers) if (!next || timer.at < next.at) next = timer
      if (!next) return
      this.#timers.delete(next)
      this.#now = next.at
      this.#check()
      next.run()
    })
  }
}
