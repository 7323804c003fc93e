import { WxError } from '../callbacks'
import type { Clock } from './clock'

/** What a phone's network is like. What comes down costs its round trip only. */
export interface WireOptions {
  /** Milliseconds from a request's last byte to the answer, on an otherwise infinite line. */
  roundTrip: number
  /** Bits per second that all requests together can send. */
  up: number
  /** Bits per second that one request can send. @default as many as there are */
  perConnection?: number
  /** Share of requests whose connection breaks off somewhere on the way up. @default 0 */
  failRate?: number
  /** The same seed breaks the same requests. @default 1 */
  seed?: number
}

/** A request on its way: when it has arrived, and how to take it off the wire. */
export interface Carried {
  done: Promise<void>
  cancel: () => void
}

/** Paces what a phone sends. The line is shared evenly by the requests that are sending. */
export class Wire {
  readonly #options: WireOptions
  readonly #clock: Clock
  /** Bytes that each connection has sent since the beginning: all are equally fast at any time. */
  #level = 0
  #at: number
  #sending = new Map<number, { level: number; end: () => void }>()
  #callOff: () => void = () => {}
  #count = 0
  #random: () => number

  constructor(options: WireOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
    this.#at = clock.now()
    this.#random = randomFrom(options.seed ?? 1)
  }

  /** Sends a request of so many bytes up: half a round trip, and its share of the line. */
  carry(bytes: number, api: string): Carried {
    const { roundTrip, failRate = 0 } = this.#options
    const breaks = this.#random() < failRate
    const part = this.#random()
    const id = ++this.#count
    let callOff = () => {}
    const done = new Promise<void>((resolve, reject) => {
      const arrive = () =>
        breaks
          ? reject(
              new WxError(`${api}:fail errcode:-101 net::ERR_CONNECTION_RESET`, { errno: 600001 }),
            )
          : resolve()
      callOff = this.#clock.schedule(roundTrip / 2, () => {
        this.#move()
        this.#sending.set(id, { level: this.#level + bytes * (breaks ? part : 1), end: arrive })
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

  /** The way back of an answer. */
  answer(): Carried {
    let cancel = () => {}
    const done = new Promise<void>((resolve) => {
      cancel = this.#clock.schedule(this.#options.roundTrip / 2, resolve)
    })
    return { done, cancel }
  }

  /** Bytes per millisecond of each request that is sending now. */
  #rate(): number {
    const { up, perConnection = up } = this.#options
    return Math.min(perConnection, up / this.#sending.size) / 8000
  }

  /** Lets the time pass that has passed. */
  #move(): void {
    const now = this.#clock.now()
    if (this.#sending.size > 0) this.#level += (now - this.#at) * this.#rate()
    this.#at = now
  }

  /** Wakes when the next request will have gone out. */
  #plan(): void {
    this.#callOff()
    if (this.#sending.size === 0) return
    const next = Math.min(...[...this.#sending.values()].map(({ level }) => level))
    this.#callOff = this.#clock.schedule((next - this.#level) / this.#rate(), () => {
      this.#move()
      for (const [id, { level, end }] of this.#sending) {
        // A timer may wake a moment early.
        if (level - this.#level > 1) continue
        this.#sending.delete(id)
        end()
      }
      this.#plan()
    })
  }
}

/** Numbers from 0 to 1 that look random and are the same each time (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
