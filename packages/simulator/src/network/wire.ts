import { WxError } from '../callbacks'
import type { Clock } from './clock'
import { type Carried, Line } from './line'

/** What a phone's network is like. */
export interface WireOptions {
  /** Milliseconds from a request's last byte to the answer, on an otherwise infinite line. */
  roundTrip: number
  /** Bits per second that all requests together can send. */
  up: number
  /** Bits per second that all answers together can have. @default what comes down costs its round trip only */
  down?: number
  /** Bits per second that one request can send or receive. @default as many as there are */
  perConnection?: number
  /** Share of requests whose connection breaks off somewhere on the way up. @default 0 */
  failRate?: number
  /** Share of answers whose connection breaks off somewhere on the way down. @default 0 */
  failRateDown?: number
  /** The same seed breaks the same requests. @default 1 */
  seed?: number
}

/** Paces what a phone sends and receives, and breaks some of it off. */
export class Wire {
  readonly #options: WireOptions
  readonly #up: Line
  readonly #down: Line
  readonly #randomUp: () => number
  readonly #randomDown: () => number

  constructor(options: WireOptions, clock: Clock) {
    const { up, down = up, perConnection, seed = 1 } = options
    this.#options = options
    this.#up = new Line({ bits: up, perConnection }, clock)
    this.#down = new Line({ bits: down, perConnection }, clock)
    this.#randomUp = randomFrom(seed)
    this.#randomDown = randomFrom(seed + 2 ** 31)
  }

  /** Sends a request of so many bytes up: half a round trip, and its share of the line. */
  carry(bytes: number, api: string): Carried {
    return this.#send(this.#up, bytes, api, this.#options.failRate, this.#randomUp)
  }

  /** The way back of an answer of so many bytes. */
  answer(bytes: number, api: string): Carried {
    const { down, failRateDown } = this.#options
    return this.#send(this.#down, down ? bytes : 0, api, failRateDown, this.#randomDown)
  }

  #send(line: Line, bytes: number, api: string, failRate = 0, random: () => number): Carried {
    const breaks = random() < failRate
    const part = random()
    return line.carry(
      bytes * (breaks ? part : 1),
      this.#options.roundTrip / 2,
      breaks
        ? new WxError(`${api}:fail errcode:-101 net::ERR_CONNECTION_RESET`, { errno: 600001 })
        : undefined,
    )
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
