import type { Finding, Result } from './assumption'

const SIGNS: Record<Result, string> = {
  confirmed: '✓',
  different: '✗',
  'not probed': '·',
  'by hand': '?',
}

/** A finding for a person: what was assumed, and where it differs what was seen. */
export function describeFinding({ result, assumed, looks = [], why, byHand, id }: Finding): string {
  const odd = looks.filter(({ expected, seen }) => expected !== seen)
  return [
    `${SIGNS[result]} ${result.padEnd(10)} ${id}: ${assumed}`,
    ...odd.map(({ what, expected, seen }) => `    ${what}: ${seen}, not ${expected}`),
    ...(why ? [`    ${why}`] : []),
    ...(byHand ? [`    by hand: ${byHand}`] : []),
  ].join('\n')
}
