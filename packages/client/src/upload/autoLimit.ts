const START = 4
/** With two, one sends while the other waits for its answer. */
const LEAST = 2
/** All part slots of the app. */
const MOST = 8
/** A difference in speed that is not taken for chance. */
const NOTABLE = 1.05
/** Milliseconds that a part may come to take by more at a time: WeChat ends a request after 60 s. */
const PATIENCE = 20_000
/** Rounds between a trial that did not pay and the next one. */
const REST = 2

/**
 * `ChunkParallelLimit: 'auto'`: how many parts of a file go out at a time, by what that brings. Where each
 * connection is slow by itself, more of them are faster; where the line is full, more only take longer, each
 * of them, and lose more when it breaks. So one more is tried, and kept if all together are faster; then one
 * less, and kept if they are not slower.
 */
export class AutoLimit {
  current = START
  /** What the last round tried: so many more, or less. */
  private trial = 0
  private step = START
  private rest = 0
  private running = 0
  /** Milliseconds that all parts have run, up to the moment `at`. */
  private spent = 0
  private at = 0
  private round = 0
  /** Bytes per millisecond of all parts together, as each part of this round saw it. */
  private speeds: number[] = []
  /** The speed that a trial is measured against. */
  private base = 0
  /** Milliseconds that the slowest part of this round has taken. */
  private slowest = 0

  /** A part begins, at so many milliseconds. Call what is returned when it has arrived. */
  begin(began: number): (bytes: number, ended: number) => void {
    const { round } = this
    const before = this.spend(began)
    this.running++
    return (bytes, ended) => {
      const time = Math.max(1, ended - began)
      const together = (this.spend(ended) - before) / time
      this.running--
      // What began before the last change tells nothing about it.
      if (round !== this.round) return
      this.slowest = Math.max(this.slowest, time)
      this.speeds.push((bytes / time) * together)
      if (this.speeds.length >= this.current) this.endRound()
    }
  }

  private spend(now: number): number {
    this.spent += this.running * (now - this.at)
    this.at = now
    return this.spent
  }

  private endRound(): void {
    const speed = this.speeds.reduce((sum, one) => sum + one) / this.speeds.length
    const { trial, base, current, slowest } = this
    this.speeds = []
    this.slowest = 0
    this.round++
    if (trial === 0) {
      this.base = speed
      if (this.rest-- > 0) return
    } else if (trial > 0 ? speed < base * NOTABLE : speed * NOTABLE < base) {
      this.current -= trial
      this.turn()
      return
    } else if (trial > 0) this.base = speed
    const next = Math.min(MOST, Math.max(LEAST, current + this.step))
    // On a line that is full, each takes the longer the more there are: until none arrives in time.
    const isTooMuch = next > current && (slowest * next) / current > PATIENCE
    if (next === current || isTooMuch) this.turn()
    else {
      this.trial = next - current
      this.step = Math.sign(this.step)
      this.current = next
    }
  }

  private turn(): void {
    this.step = this.trial < 0 || this.current === LEAST ? 1 : -1
    this.trial = 0
    this.rest = REST
  }
}
