/** How fast bytes may pass; what several share, passes at that pace together. */
export class Pace {
  readonly #bytesPerSecond: number
  /** When what has been let through so far would have passed. */
  #due = 0

  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond
  }

  /** Bytes of a twentieth of a second. */
  get step(): number {
    return Math.max(Math.floor(this.#bytesPerSecond / 20), 1)
  }

  async pass(bytes: number): Promise<void> {
    const now = Date.now()
    this.#due = Math.max(this.#due, now) + (bytes / this.#bytesPerSecond) * 1000
    const wait = this.#due - now
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
  }
}

/** Lets bytes through at the slowest of some paces. */
export async function* paced(
  source: AsyncIterable<Uint8Array>,
  paces: readonly Pace[],
): AsyncGenerator<Uint8Array> {
  const step = Math.min(...paces.map((pace) => pace.step))
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += step) {
      const piece = chunk.subarray(at, at + step)
      await Promise.all(paces.map((pace) => pace.pass(piece.length)))
      yield piece
    }
  }
}
