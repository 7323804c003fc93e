import type { Clock } from './clock'

/** Something on its way: when it has arrived, and how to take it off the line. */
export interface Carried {
  done: Promise<void>
  cancel: () => void
}

interface Speed {
  /** Bits per second that all have together. */
  bits: number
  /** Bits per second that one can have. @default all of them */
  perConnection?: number | undefined
}

/** One direction of a phone's network, shared evenly by those that are sending. */
export class Line {
  readonly #speed: Speed
  readonly #clock: Clock
  /** Bytes that each connection has sent since the beginning: all are equally fast at any time. */
  #level = 0
  #at: number
  #sending = new Map<number, { level: number; end: () => void }>()
  #callOff: () => void = () => {}
  #count = 0

  constructor(speed: Speed, clock: Clock) {
    this.#speed = speed
    this.#clock = clock
    this.#at = clock.now()
  }

  /** Carries so many bytes after a delay in milliseconds, and fails at the end with `broken` if there is one. */
  carry(bytes: number, delay: number, broken?: Error): Carried {
    const id = ++this.#count
    let callOff = () => {}
    const done = new Promise<void>((resolve, reject) => {
      const end = () => (broken ? reject(broken) : resolve())
      callOff = this.#clock.schedule(delay, () => {
        this.#move()
        this.#sending.set(id, { level: this.#level + bytes, end })
        this.#plan()
      })
    })
    const cancel = () => {
      callOff()
      this.#move()
      if (this.#sending.delete(id)) this.#plan()
    }
    return { done, cancel }
  }

  /** Bytes per millisecond of each that is sending now. */
  #rate(): number {
    const { bits, perConnection = bits } = this.#speed
    return Math.min(perConnection, bits / this.#sending.size) / 8000
  }

  /** Lets the time pass that has passed. */
  #move(): void {
    const now = this.#clock.now()
    if (this.#sending.size > 0) this.#level += (now - this.#at) * this.#rate()
    this.#at = now
  }

  /** Wakes when the next one will be through. */
  #plan(): void {
    this.#callOff()
    if (this.#sending.size === 0) return
    const next = Math.min(...[...this.#sending.values()].map(({ level }) => level))
    this.#callOff = this.#clock.schedule((next - this.#level) / this.#rate(), () => {
      this.#move()
      // A timer may wake a moment early, and a date in milliseconds knows no less than a few ten-thousandths.
      const moment = Math.max(1, this.#rate() / 1000)
      for (const [id, { level, end }] of this.#sending) {
        if (level - this.#level > moment) continue
        this.#sending.delete(id)
        end()
      }
      this.#plan()
    })
  }
}
