import { realClock } from '../network/clock'
import { Line } from '../node/slowNetwork'
import type { NetworkProfile } from './protocol'

interface Speed {
  /** Milliseconds. */
  roundTrip: number
  /** Bits per second. */
  up: number
  down: number
}

/** Profiles "4G" and "3G Slow" of WebPageTest (docs.webpagetest.org/private-instances, connectivity.ini). */
const SPEEDS: Partial<Record<NetworkProfile, Speed>> = {
  '4g': { roundTrip: 170, up: 9_000_000, down: 9_000_000 },
  weak3g: { roundTrip: 400, up: 400_000, down: 400_000 },
}

/** Larger pieces would make a slow transfer jump. */
const PIECE_BYTES = 16 * 1024

/** One phone's mobile network: all of its requests share the bandwidth. */
export class PhoneConnection {
  readonly #lines = new Map<Speed, { up: Line; down: Line }>()
  #profile: NetworkProfile = 'wifi'

  /** Switches to the network that a request names; requests of elements name none. */
  use(profile: string | string[] | undefined): void {
    if (profile === 'wifi' || profile === '4g' || profile === 'weak3g') this.#profile = profile
  }

  /** Waits for the round trip that opens a request. */
  async open(): Promise<void> {
    const speed = SPEEDS[this.#profile]
    if (speed) await new Promise((resolve) => setTimeout(resolve, speed.roundTrip))
  }

  /** Passes bytes on as fast as the network carries them. */
  async *pace(
    source: AsyncIterable<Buffer>,
    direction: 'up' | 'down',
    onBytes: (bytes: number) => void,
  ): AsyncGenerator<Buffer> {
    const speed = SPEEDS[this.#profile]
    for await (const chunk of source) {
      if (!speed) {
        onBytes(chunk.length)
        yield chunk
        continue
      }
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        const piece = chunk.subarray(at, at + PIECE_BYTES)
        await this.#lineOf(speed)[direction].transfer(piece.length, 0).done
        onBytes(piece.length)
        yield piece
      }
    }
  }

  #lineOf(speed: Speed): { up: Line; down: Line } {
    const known = this.#lines.get(speed)
    if (known) return known
    const lines = {
      up: new Line({ bits: speed.up }, realClock),
      down: new Line({ bits: speed.down }, realClock),
    }
    this.#lines.set(speed, lines)
    return lines
  }
}
