import type { AnyOperation, RequestParts } from './operation'

/** The param behind a wire name: `part-number-marker` is PartNumberMarker, `uploadId` is UploadId. */
export function paramOf(wireName: string): string {
  return wireName.replace(/(?:^|-)\w/g, (start) => start.slice(-1).toUpperCase())
}

/** What a call's params become: the query that the row names, and what it makes of them itself. */
export function requestOf(row: AnyOperation, params: Record<string, unknown>): RequestParts {
  const query: RequestParts['query'] = {}
  for (const name of [...(row.needs || []), ...(row.query || [])]) {
    query[name] = params[paramOf(name)] as string | undefined
  }
  const parts = row.request ? row.request(params) : {}
  return { ...parts, query: { ...query, ...parts.query } }
}
