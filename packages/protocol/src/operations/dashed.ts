import type { RequestParts } from './operation'

/** A param's name in the spelling of headers: `IfModifiedSince` is `If-Modified-Since`. */
export function dashed(param: string): string {
  return param.replace(/([a-z])([A-Z])/g, '$1-$2')
}

/** The query of the params that COS spells alike, but with dashes: `VersionIdMarker` is `version-id-marker`. */
export function dashedQuery<Params>(
  params: Params,
  names: readonly (keyof Params & string)[],
): NonNullable<RequestParts['query']> {
  const query: Record<string, never> = {}
  for (const name of names) query[dashed(name).toLowerCase()] = params[name] as never
  return query
}
