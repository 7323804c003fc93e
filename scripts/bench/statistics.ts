/** The middle of what was measured, and how far it spread. */
export interface Spread {
  median: number
  min: number
  max: number
}

/** The middle of measured values: what else the machine did is in the outer ones. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2
}

/** @throws Error for no values, or one that is no number: nothing was measured */
export function spreadOf(values: number[]): Spread {
  if (values.length === 0 || !values.every(Number.isFinite)) {
    throw new Error(`nothing was measured: ${JSON.stringify(values)}`)
  }
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
}

/**
 * Ours to theirs, round by round: both sides of a round were measured one after the other, so what else the
 * machine did meets both. Zero of zero is one: they are equal.
 */
export function ratioOf(ours: number[], theirs: number[]): Spread {
  if (ours.length !== theirs.length) {
    throw new Error(`${ours.length} rounds of ours beside ${theirs.length}`)
  }
  return spreadOf(
    ours.map((own, i) => (own === 0 && theirs[i] === 0 ? 1 : own / (theirs[i] as number))),
  )
}
