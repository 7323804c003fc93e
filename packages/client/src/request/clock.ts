import type { ResolvedOptions } from '../options'

/** Smaller differences between the clocks are ignored. */
const SKEW_SECONDS = 30

/** The estimated server time, in seconds. */
export const serverTime = ({ SystemClockOffset }: ResolvedOptions): number =>
  (Date.now() + SystemClockOffset) / 1000

/** Corrects the clock by the start time of a key: a start in the future shows that this clock is behind. */
export function correctClockByKey(options: ResolvedOptions, startTime = 0): void {
  const behind = startTime - serverTime(options)
  if (options.CorrectClockSkew && behind > SKEW_SECONDS) {
    options.SystemClockOffset += Math.round(behind * 1000)
  }
}

/** Corrects the clock by the Date header of a response. @returns whether the clock was corrected */
export function correctClockByResponse(
  options: ResolvedOptions,
  { age, date = '' }: Record<string, string> = {},
): boolean {
  const server = Date.parse(date)
  // A cached response has an old date. Without a date the comparison is false.
  const isOff = Math.abs(server / 1000 - serverTime(options)) >= SKEW_SECONDS
  if (!options.CorrectClockSkew || age !== undefined || !isOff) return false
  options.SystemClockOffset = server - Date.now()
  return true
}
