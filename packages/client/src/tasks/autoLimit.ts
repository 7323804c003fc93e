import { wxSlots } from '../wx/transfer'

const INITIAL_LIMIT = 4
/** Bytes in flight until the speed has been measured: on a slow connection more would reach the timeout. */
const INITIAL_BYTES = 4 * 1024 * 1024
/** With two, one part is sent while the other waits for its response. */
const MIN_LIMIT = 2
/** The upload slots of the app: see wx/transfer.ts. */
const MAX_LIMIT = 8
/** The ratio of two speeds that counts as a difference. */
const SPEED_RATIO = 1.05
/** Maximum predicted time of a part, in milliseconds: WeChat ends a request after 60 s. */
const MAX_PART_TIME = 20_000
/** Rounds to wait after a trial that did not help. */
const PAUSE_ROUNDS = 2

/**
 * `ChunkParallelLimit: 'auto'` and `FileParallelLimit: 'auto'`: adapts the number of concurrent parts, or files, to the
 * measured throughput. If each connection is slow, more connections are faster. If the bandwidth is used up, each part
 * only takes longer, and more is lost when the connection breaks. The limit is therefore raised by one and kept if the
 * throughput grows, then lowered by one and kept if the throughput does not drop. Small files start with 8, because round
 * trips take most of their time.
 */
export class AutoLimit {
  _current = INITIAL_LIMIT
  /** The change of the limit that the current round tries; 0 between trials. */
  private _trial = 0
  private _step = INITIAL_LIMIT
  private _pauseRounds = 0
  private _running = 0
  /** Sum of the running times of all parts up to `_updatedAt`, in milliseconds. */
  private _partTime = 0
  private _updatedAt = 0
  private _round = 0
  /** Total speed in bytes per millisecond, estimated by each part of this round. */
  private _speeds: number[] = []
  /** The speed that a trial is compared with. */
  private _baseSpeed = 0
  /** Time of the slowest part of this round, in milliseconds. */
  private _slowest = 0

  /** Adjusts the initial limit to the size of a file, until a speed has been measured. */
  expect(bytes: number): void {
    const fitting = Math.floor(INITIAL_BYTES / bytes)
    if (this._round === 0) this._current = Math.min(MAX_LIMIT, Math.max(INITIAL_LIMIT, fitting))
  }

  /** Records the start of a part. @returns a function that records its end */
  begin(began: number): (bytes: number, ended: number) => void {
    const { _round: round } = this
    const before = this._updatePartTime(began)
    this._running++
    return (bytes, ended) => {
      const time = Math.max(1, ended - began)
      const averageParts = (this._updatePartTime(ended) - before) / time
      this._running--
      // Parts that started before the last change of the limit do not count.
      if (round !== this._round) return
      this._slowest = Math.max(this._slowest, time)
      this._speeds.push((bytes / time) * averageParts)
      if (this._speeds.length >= this._current) this._endRound()
    }
  }

  private _updatePartTime(now: number): number {
    this._partTime += this._running * (now - this._updatedAt)
    this._updatedAt = now
    return this._partTime
  }

  private _endRound(): void {
    const speed = this._speeds.reduce((sum, partSpeed) => sum + partSpeed) / this._speeds.length
    const { _trial: trial, _baseSpeed: base, _current: current, _slowest: slowest } = this
    this._speeds = []
    this._slowest = 0
    this._round++
    if (trial === 0) {
      this._baseSpeed = speed
      if (this._pauseRounds-- > 0) return
    } else if (trial > 0 ? speed < base * SPEED_RATIO : speed * SPEED_RATIO < base) {
      this._current -= trial
      this._endTrial()
      return
    } else if (trial > 0) this._baseSpeed = speed
    const next = Math.min(MAX_LIMIT, Math.max(MIN_LIMIT, current + this._step))
    // With the bandwidth used up, each part would take longer, until none finishes before the timeout.
    const isTooMuch = next > current && (slowest * next) / current > MAX_PART_TIME
    if (next === current || isTooMuch) this._endTrial()
    else {
      this._trial = next - current
      this._step = Math.sign(this._step)
      this._current = next
    }
  }

  private _endTrial(): void {
    this._step = this._trial < 0 || this._current === MIN_LIMIT ? 1 : -1
    this._trial = 0
    this._pauseRounds = PAUSE_ROUNDS
  }
}

/** Creates the limit of the option `FileParallelLimit: 'auto'`. */
export const createAutoLimit = (): AutoLimit => new AutoLimit()

/** A limit of the concurrent parts of one transfer: a number, or adapted to the measured speed. */
export function partLimit(limit: number | string | undefined) {
  const auto = limit === 'auto' ? new AutoLimit() : undefined
  const fixed = Math.max(1, Number(limit) || 1)
  return {
    _current: () => (auto ? auto._current : fixed),
    /** Sends a part when a slot is free, and measures its time. */
    run: <T>(bytes: number, send: () => Promise<T>): Promise<T> =>
      wxSlots().uploads.run(async () => {
        const end = auto && auto.begin(Date.now())
        const result = await send()
        if (end) end(bytes, Date.now())
        return result
      }),
  }
}
