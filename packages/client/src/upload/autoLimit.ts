const START = 4
/** So many bytes are under way until the speed is known: on a weak line more would reach the timeout. */
const START_BYTES = 4 * 1024 * 1024
/** With two, one sends while the other waits for its answer. */
const LEAST = 2
/** All part slots of the app. */
const MOST = 8
/** A difference in speed that is not taken for chance. */
const NOTABLE = 1.05
/** Limit for the predicted time of a part, in milliseconds: WeChat ends a request after 60 s. */
const PATIENCE = 20_000
/** Rounds to wait after a trial that was not faster. */
const REST = 2

/**
 * `ChunkParallelLimit: 'auto'` and `FileParallelLimit: 'auto'`: adapts the number of concurrent parts, or files, to the
 * measured throughput. If each connection is slow, more of them are faster; if the line is saturated, each part only
 * takes longer, and more is lost when the connection breaks. So it tries one more part and keeps it if the throughput
 * grows, then one less and keeps that if the throughput does not drop. Small files begin with 8: round trips take most
 * of their time.
 */
export class AutoLimit {
  current = START
  /** The change that the last round tried. */
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

  /** Takes the size of a file into account, until something has been measured. */
  expect(bytes: number): void {
    const fitting = Math.floor(START_BYTES / bytes)
    if (this._round === 0) this.current = Math.min(MOST, Math.max(START, fitting))
  }

  /** Records the start of a part. @returns a function that records its end */
  begin(began: number): (bytes: number, ended: number) => void {
    const { _round: round } = this
    const before = this._spend(began)
    this._running++
    return (bytes, ended) => {
      const time = Math.max(1, ended - began)
      const together = (this._spend(ended) - before) / time
      this._running--
      // Parts that started before the last change do not count.
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
    // On a saturated line parts would take longer, until none finishes before the timeout.
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
