export type Language = 'en' | 'zh'

/** A text of the report in its two languages. */
export type Text = Record<Language, string>

/** The description of a figure. */
export interface FigureInfo {
  /** A few words: the line of the table. */
  what: Text
  unit: 'KB' | 'KiB' | 'MiB' | 'ms' | 's' | 'µs' | '/s' | 'MB/s' | 'calls' | 'files' | 'errors'
  better: 'less' | 'more'
  /** The peer it is compared with: a package, or a description. @default none */
  peer?: string | Text
  /** The peer is the same program under other conditions, so that neither is better. @default false */
  isOwnPeer?: boolean
  /** The target: of the ratio where there is a peer, else of our median. */
  goal?: number
  /** A remark that the reader needs besides the number. */
  note?: Text
}

/** The rounds of a measurement; those of the peer took turns with ours. */
export interface Rounds {
  ours: number[]
  peer?: number[]
}

/** Figures that are measured together. */
export interface Suite {
  title: Text
  /** How all of them are measured. */
  how: Text
  figures: Record<string, FigureInfo>
  /** Why a figure cannot be measured on some machines. */
  missingReason?: string
  /** Measures every figure. Undefined stands for one that cannot be measured on this machine. */
  run: () => Promise<Record<string, Rounds | undefined>>
}

/** One run, and what a reader needs to judge it. */
export interface BenchRecord {
  date: string
  node: string
  platform: string
  cpus: number
  /** Load average of the minute before the run. */
  load: number
  minutes: number
  /** Versions of the peers. */
  peers: Record<string, string>
  /** Round by round, by the ids of the figures. */
  figures: Record<string, Rounds>
}

export interface Spread {
  median: number
  min: number
  max: number
}

/** A figure with its numbers. */
export interface Figure extends FigureInfo {
  id: string
  ours: Spread
  peerSpread?: Spread
  /** Ours to the peer's. */
  ratio?: Spread
}

/** @throws Error if a peer is declared and not measured, or the other way round */
export function figureOf(id: string, info: FigureInfo, { ours, peer }: Rounds): Figure {
  if (!info.peer !== !peer) throw new Error(`${id}: the peer is declared or measured, not both`)
  const compared = peer ? { peerSpread: spreadOf(peer), ratio: ratioOf(ours, peer) } : {}
  return { id, ...info, ours: spreadOf(ours), ...compared }
}

/** Our cost where the peer's is 1: less is better, whatever the unit. */
export function costOf({ ratio, better }: Figure): number | undefined {
  return ratio && (better === 'less' ? ratio.median : 1 / ratio.median)
}

/** Differences up to this count as none. */
export const NOISE = 0.03

/** Which side is better; undefined where both are equal, or of one kind. */
export function betterSide(figure: Figure): 'ours' | 'peer' | undefined {
  const cost = costOf(figure)
  if (cost === undefined || figure.isOwnPeer || Math.abs(cost - 1) <= NOISE) return undefined
  return cost < 1 ? 'ours' : 'peer'
}

/** Whether the goal is reached, to the two digits that are shown; undefined without a goal. */
export function isReached({ goal, ratio, ours, better }: Figure): boolean | undefined {
  if (goal === undefined) return undefined
  const value = Math.round((ratio ?? ours).median * 100) / 100
  return better === 'less' ? value <= goal : value >= goal
}

/** @throws Error for no values, or one that is not a number: nothing was measured */
export function spreadOf(values: number[]): Spread {
  if (values.length === 0 || !values.every(Number.isFinite)) {
    throw new Error(`nothing was measured: ${JSON.stringify(values)}`)
  }
  const sorted = [...values].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const [lower = 0, upper = 0] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]]
  return { median: (lower + upper) / 2, min: Math.min(...values), max: Math.max(...values) }
}

/**
 * Ratio of ours to the peer's, round by round: the two sides of a round ran one after the other, so whatever else the machine
 * did affects both. Zero to zero is 1: they are equal.
 */
export function ratioOf(ours: number[], peer: number[]): Spread {
  if (ours.length !== peer.length) {
    throw new Error(`${ours.length} rounds of ours for ${peer.length} of the peer`)
  }
  return spreadOf(
    ours.map((own, i) => (own === 0 && peer[i] === 0 ? 1 : own / (peer[i] as number))),
  )
}

/** Measures both sides in turns, so that whatever else the machine does affects both. @param count of rounds */
export async function inTurns(
  count: number,
  ours: (round: number) => Promise<number>,
  peer: (round: number) => Promise<number>,
): Promise<Required<Rounds>> {
  const rounds: Required<Rounds> = { ours: [], peer: [] }
  for (let round = 0; round < count; round++) {
    rounds.ours.push(await ours(round))
    rounds.peer.push(await peer(round))
  }
  return rounds
}

/** Milliseconds that something takes. */
export async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await run()
  return performance.now() - started
}

/** The significant digits: `1205`, `61.4`, `4.25`, `0.086`. */
export function numberText(value: number): string {
  if (Number.isInteger(value) || value >= 100) return value.toFixed(0)
  if (value >= 10) return value.toFixed(1)
  return value >= 0.1 ? value.toFixed(2) : value.toFixed(3)
}

/** `0.23`; below a hundredth with one digit more, so that it does not read as zero. */
export function ratioText(value: number): string {
  return value < 0.01 ? value.toFixed(3) : value.toFixed(2)
}

/** `4.3 ms (4.1 to 5.0)`; one number where all rounds gave the same. */
export function spreadText({ median, min, max }: Spread, unit: string): string {
  const [from, middle, to] = [min, median, max].map(numberText)
  return from === to ? `${middle} ${unit}` : `${middle} ${unit} (${from} to ${to})`
}
