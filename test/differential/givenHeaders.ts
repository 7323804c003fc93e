import { PARAM_HEADERS } from './arbitraries/headers'
import type { Call, Params } from './harness'

/** The headers of a call; later ones win, null removes a header. */
export function givenHeaders({ params }: Call): [name: string, value: unknown][] {
  const named = Object.entries(PARAM_HEADERS).map(([param, header]) => [header, params[param]])
  return [
    ...Object.entries(params.Headers ?? {}),
    ...Object.entries(params).filter(([name]) => name.includes('x-cos-')),
    ...(named as [string, unknown][]),
  ].filter(([, value]) => value !== undefined)
}

/** One header of each name, the last one. */
export function merged(given: [string, unknown][]): Record<string, unknown> {
  const header: Record<string, unknown> = {}
  for (const [name, value] of given) {
    for (const own of Object.keys(header)) {
      if (own.toLowerCase() === name.toLowerCase()) delete header[own]
    }
    if (value !== null) header[name] = value
  }
  return header
}

/** The headers of a call whose names match. */
export const headersLike = (call: Call, pattern: RegExp): Params =>
  merged(givenHeaders(call).filter(([name]) => pattern.test(name)))

/** The last value of a header in a call, in any case of its name. */
export const lastGiven = (call: Call, header: string): unknown =>
  givenHeaders(call)
    .filter(([name]) => name.toLowerCase() === header)
    .pop()?.[1]

/** Headers whose param of the same name is undefined. */
export function unsaid({ params }: Call): Params {
  return Object.fromEntries(
    Object.entries(params.Headers ?? {}).filter(
      ([name, value]) =>
        name.includes('x-cos-') &&
        name in params &&
        params[name] === undefined &&
        value !== undefined &&
        value !== null,
    ),
  )
}
