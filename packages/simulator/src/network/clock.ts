/** The time that the simulated phone lives in. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number
  /** Runs something later; the returned function calls it off. */
  schedule(milliseconds: number, run: () => void): () => void
  /** Marks work that takes real time: a virtual clock stands still meanwhile. */
  during<T>(work: Promise<T>): Promise<T>
}

/** The machine's own time. */
export const realClock: Clock = {
  now: () => Date.now(),
  schedule(milliseconds, run) {
    const timer = setTimeout(run, milliseconds)
    return () => clearTimeout(timer)
  },
  during: (work) => work,
}
