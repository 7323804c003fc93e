/** WeChat runs at most this many requests, uploads and downloads at a time. */
const MAX_CONCURRENT = 10

/** Hands out the ten places; who comes later waits. */
export class Slots {
  #free = MAX_CONCURRENT
  #peak = 0
  readonly #queue: (() => void)[] = []

  /** The most that were ever taken or wanted at one time. */
  get peak(): number {
    return this.#peak
  }

  async take(): Promise<() => void> {
    const wanted = MAX_CONCURRENT - this.#free + this.#queue.length + 1
    this.#peak = Math.max(this.#peak, wanted)
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#queue.push(resolve))
    let given = false
    return () => {
      if (given) return
      given = true
      const next = this.#queue.shift()
      if (next) next()
      else this.#free++
    }
  }
}
