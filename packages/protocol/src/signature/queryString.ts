import { encodeComponent } from '../key/encode'
import type { Fields } from './canonical'

/** `name=value&…`, sorted without regard to case, as cos-wx-sdk-v5 writes query strings. */
export function queryString(query: Fields): string {
  return Object.keys(query)
    .filter((name) => query[name] !== undefined && query[name] !== null)
    .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
    .map((name) => `${encodeComponent(name)}=${encodeComponent(String(query[name]))}`)
    .join('&')
}
