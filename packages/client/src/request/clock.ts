import type { ResolvedOptions } from '../options'

/** A smaller difference between the clocks does no harm. */
const SKEW_SECONDS = 30

/** Server time as far as known, in seconds. */
export const serverTime = ({ SystemClockOffset }: ResolvedOptions): number =>
  (Date.now() + SystemClockOffset) / 1000

/** A key cannot begin in the future: if it seems to, this clock is behind by at least as much. */
export function learnFromStart(options: ResolvedOptions, startTime = 0): void {
  const behind = startTime - serverTime(options)
  if (options.CorrectClockSkew && behind > SKEW_SECONDS) {
    options.SystemClockOffset += Math.round(behind * 1000)
  }
}

/** Takes the server's time from its Date header. @returns whether the clocks differed enough to matter */
export function learnFromResponse(
  options: ResolvedOptions,
  { age, date = '' }: Record<string, string> = {},
): boolean {
  const server = Date.parse(date)
  // A response from a cache has the time when it was made. No date, no difference.
  const isOff = Math.abs(server / 1000 - serverTime(options)) >= SKEW_SECONDS
  if (!options.CorrectClockSkew || age !== undefined || !isOff) return false
  options.SystemClockOffset = server - Date.now()
  return true
}
