import type { Clock } from '../clock'
import { WxError } from '../wxRules/callbacks'

/** A transfer of bytes over the simulated connection. */
export interface Transfer {
  done: Promise<void>
  cancel: () => void
}

interface Speed {
  /** Bits per second shared by all connections. */
  bits: number
  /** Bits per second of one connection. @default all of them */
  perConnection?: number | undefined
}

/** One direction of a connection. Its bandwidth is shared evenly by all running transfers. */
export class Line {
  readonly #speed: Speed
  readonly #clock: Clock
  /** Bytes that a transfer from the start would have sent by now; all transfers run at the same rate. */
  #level = 0
  #at: number
  #sending = new Map<number, { level: number; end: () => void }>()
  #cancelTimer: () => void = () => {}
  #count = 0

  constructor(speed: Speed, clock: Clock) {
    this.#speed = speed
    this.#clock = clock
    this.#at = clock.now()
  }

  /** Transfers bytes after a delay in milliseconds; fails at the end if an error is given. */
  transfer(bytes: number, delay: number, failure?: Error): Transfer {
    const id = ++this.#count
    let cancelDelay = () => {}
    const done = new Promise<void>((resolve, reject) => {
      const end = () => (failure ? reject(failure) : resolve())
      cancelDelay = this.#clock.schedule(delay, () => {
        this.#advance()
        this.#sending.set(id, { level: this.#level + bytes, end })
        this.#scheduleNext()
      })
    })
    const cancel = () => {
      cancelDelay()
      this.#advance()
      if (this.#sending.delete(id)) this.#scheduleNext()
    }
    return { done, cancel }
  }

  /** Bytes per millisecond of each running transfer. */
  #rate(): number {
    const { bits, perConnection = bits } = this.#speed
    return Math.min(perConnection, bits / this.#sending.size) / 8000
  }

  /** Accounts for the time since the last call. */
  #advance(): void {
    const now = this.#clock.now()
    if (this.#sending.size > 0) this.#level += (now - this.#at) * this.#rate()
    this.#at = now
  }

  /** Schedules the end of the next transfer to finish. */
  #scheduleNext(): void {
    this.#cancelTimer()
    if (this.#sending.size === 0) return
    const next = Math.min(...[...this.#sending.values()].map(({ level }) => level))
    this.#cancelTimer = this.#clock.schedule((next - this.#level) / this.#rate(), () => {
      this.#advance()
      // A timer may fire early, and a current date in milliseconds is only exact to a few ten-thousandths.
      const tolerance = Math.max(1, this.#rate() / 1000)
      for (const [id, { level, end }] of this.#sending) {
        if (level - this.#level > tolerance) continue
        this.#sending.delete(id)
        end()
      }
      this.#scheduleNext()
    })
  }
}

/** The quality of a phone's network. */
export interface WireOptions {
  /** Round-trip time in milliseconds. */
  roundTrip: number
  /** Upload bandwidth in bits per second, shared by all requests. */
  up: number
  /** Download bandwidth in bits per second. @default unlimited: a response costs its round trip only */
  down?: number
  /** Bandwidth of one request in bits per second. @default all of it */
  perConnection?: number
  /** Share of requests whose connection is reset while sending. @default 0 */
  failRate?: number
  /** Share of responses whose connection is reset while receiving. @default 0 */
  failRateDown?: number
  /** The same seed resets the same requests. @default 1 */
  seed?: number
}

/** A phone's connection: limits the bandwidth and resets some connections. */
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
    this.#randomUp = seededRandom(seed)
    this.#randomDown = seededRandom(seed + 2 ** 31)
  }

  /** Sends the bytes of a request: half a round trip, and its share of the bandwidth. */
  send(bytes: number, api: string): Transfer {
    return this.#transfer(this.#up, bytes, api, this.#options.failRate, this.#randomUp)
  }

  /** Receives the bytes of a response. */
  receive(bytes: number, api: string): Transfer {
    const { down, failRateDown } = this.#options
    return this.#transfer(this.#down, down ? bytes : 0, api, failRateDown, this.#randomDown)
  }

  #transfer(line: Line, bytes: number, api: string, failRate = 0, random: () => number): Transfer {
    const breaks = random() < failRate
    const part = random()
    return line.transfer(
      bytes * (breaks ? part : 1),
      this.#options.roundTrip / 2,
      breaks
        ? new WxError(`${api}:fail errcode:-101 net::ERR_CONNECTION_RESET`, { errno: 600001 })
        : undefined,
    )
  }
}

/** mulberry32: a reproducible sequence of pseudo-random numbers from 0 to 1. */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
