/** Two users that no WeChat account can be: OPENIDs begin with `o`. */
export const ONE = `probe-${'1'.repeat(22)}`
export const OTHER = `probe-${'2'.repeat(22)}`
