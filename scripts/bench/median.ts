/** The middle of measured values: what else the machine did is in the outer ones. */
export function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number
}
