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
  private _trial = 0
  private _step = START
  private _rest = 0
  private _running = 0
  /** Milliseconds that all parts have run, up to the moment `at`. */
  private _spent = 0
  private _at = 0
  private _round = 0
  /** Bytes per millisecond of all parts together, as each part of this round saw it. */
  private _speeds: number[] = []
  /** The speed that a trial is measured against. */
  private _base = 0
  /** Milliseconds that the slowest part of this round has taken. */
  private _slowest = 0

  /** A part begins, at so many milliseconds. The returned function is called when it has arrived. */
  begin(began: number): (bytes: number, ended: number) => void {
    const { _round: round } = this
    const before = this._spend(began)
    this._running++
    return (bytes, ended) => {
      const time = Math.max(1, ended - began)
      const together = (this._spend(ended) - before) / time
      this._running--
      // What began before the last change tells nothing about it.
      if (round !== this._round) return
      this._slowest = Math.max(this._slowest, time)
      this._speeds.push((bytes / time) * together)
      if (this._speeds.length >= this.current) this._endRound()
    }
  }

  private _spend(now: number): number {
    this._spent += this._running * (now - this._at)
    this._at = now
    return this._spent
  }

  private _endRound(): void {
    const speed = this._speeds.reduce((sum, one) => sum + one) / this._speeds.length
    const { _trial: trial, _base: base, current, _slowest: slowest } = this
    this._speeds = []
    this._slowest = 0
    this._round++
    if (trial === 0) {
      this._base = speed
      if (this._rest-- > 0) return
    } else if (trial > 0 ? speed < base * NOTABLE : speed * NOTABLE < base) {
      this.current -= trial
      this._turn()
      return
    } else if (trial > 0) this._base = speed
    const next = Math.min(MOST, Math.max(LEAST, current + this._step))
    // On a line that is full, each takes the longer the more there are: until none arrives in time.
    const isTooMuch = next > current && (slowest * next) / current > PATIENCE
    if (next === current || isTooMuch) this._turn()
    else {
      this._trial = next - current
      this._step = Math.sign(this._step)
      this.current = next
    }
  }

  private _turn(): void {
    this._step = this._trial < 0 || this.current === LEAST ? 1 : -1
    this._trial = 0
    this._rest = REST
  }
}
