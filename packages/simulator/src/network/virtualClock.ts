import type { Clock } from './clock'

interface Appointment {
  at: number
  run: () => void
}

/**
 * Time that passes only while everybody waits for it. An app acts on answers of `wx` and on timers, and on
 * nothing else: when no answer is being made, the next thing that can happen is the next appointment, and
 * the clock jumps there. So a minute on a slow network is the same minute each time, and over at once. What
 * the app computes takes no time here.
 */
export class VirtualClock implements Clock {
  #now: number
  /** Work under way that takes real time. */
  #busy = 0
  #isChecking = false
  readonly #appointments = new Set<Appointment>()

  /** @param start Unix milliseconds */
  constructor(start = Date.now()) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  schedule(milliseconds: number, run: () => void): () => void {
    const appointment = { at: this.#now + Math.max(0, milliseconds || 0), run }
    this.#appointments.add(appointment)
    this.#check()
    return () => void this.#appointments.delete(appointment)
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

  /** What an app must see as globals to live in this time; its clock may be off by `offset` milliseconds. */
  globals(offset = 0): Record<string, unknown> {
    const now = () => this.#now + offset
    let lastId = 0
    const running = new Map<number, () => void>()
    const start = (milliseconds: number, run: () => void, isRepeated: boolean): number => {
      const id = ++lastId
      const again = () => {
        const callOff = this.schedule(milliseconds, () => {
          if (isRepeated) again()
          else running.delete(id)
          run()
        })
        running.set(id, callOff)
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

  /** After all that is ready to run has run: if nobody works, goes to the next appointment. */
  #check(): void {
    if (this.#isChecking || this.#busy > 0) return
    this.#isChecking = true
    setImmediate(() => {
      this.#isChecking = false
      if (this.#busy > 0) return
      let next: Appointment | undefined
      for (const one of this.#appointments) if (!next || one.at < next.at) next = one
      if (!next) return
      this.#appointments.delete(next)
      this.#now = next.at
      this.#check()
      next.run()
    })
  }
}
