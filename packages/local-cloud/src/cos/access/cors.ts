import type { IncomingMessage } from 'node:http'
import { asList, readXml, type XmlElement, type XmlValue } from '@miniprogram-cos/protocol'
import type { BucketRecord } from '../store/records'

/** What a browser says of a cross-origin request. */
export interface CrossOrigin {
  origin: string
  method: string
  /** Lower case. */
  headers: string[]
}

/** `*` stands for any run of characters, once (document 436/13318). */
function matches(pattern: string, text: string): boolean {
  const at = pattern.indexOf('*')
  if (at < 0) return pattern === text
  const [head, tail] = [pattern.slice(0, at), pattern.slice(at + 1)]
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail)
}

const VARY = { Vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method' }

/** What the bucket's rules add to any answer but a preflight's, refusals included. */
export function corsHeadersOf(
  bucket: BucketRecord,
  { headers, method = '' }: Pick<IncomingMessage, 'headers' | 'method'>,
): Record<string, string> {
  const { origin } = headers
  const matching = origin && corsHeaders(bucket, { origin, method, headers: [] })
  if (matching) return matching
  const configuration = readXml(bucket.documents?.cors ?? '').CORSConfiguration
  return isVarying(configuration) ? VARY : {}
}

/** With `ResponseVary` caches are told of the Origin on every answer (document 436/8279). */
function isVarying(configuration: XmlValue | undefined): boolean {
  const { ResponseVary } = (configuration ?? {}) as XmlElement
  return typeof ResponseVary === 'string' && ResponseVary.trim().toLowerCase() === 'true'
}

/** The answer's CORS headers by the first rule that matches, or undefined if none does. */
export function corsHeaders(
  bucket: BucketRecord,
  { origin, method, headers }: CrossOrigin,
): Record<string, string> | undefined {
  const document = bucket.documents?.cors
  if (!document) return undefined
  const configuration = readXml(document).CORSConfiguration as XmlElement
  const rule = asList<XmlElement>(configuration.CORSRule).find((one) => {
    const allowed = asList<string>(one.AllowedHeader).map((name) => name.toLowerCase())
    return (
      asList<string>(one.AllowedOrigin).some((pattern) => matches(pattern, origin)) &&
      asList<string>(one.AllowedMethod).includes(method) &&
      headers.every((name) => allowed.some((pattern) => matches(pattern, name)))
    )
  })
  if (!rule) return undefined
  const isAny = asList<string>(rule.AllowedOrigin).includes('*')
  const exposed = asList<string>(rule.ExposeHeader)
  return {
    'Access-Control-Allow-Origin': isAny ? '*' : origin,
    'Access-Control-Allow-Methods': asList<string>(rule.AllowedMethod).join(','),
    ...allowedHeaders(rule, headers),
    ...(exposed.length > 0 ? { 'Access-Control-Expose-Headers': exposed.join(',') } : {}),
    ...(rule.MaxAgeSeconds ? { 'Access-Control-Max-Age': String(rule.MaxAgeSeconds) } : {}),
    // Credentials may only go to an origin that is named.
    ...(isAny ? {} : { 'Access-Control-Allow-Credentials': 'true' }),
    ...(isVarying(configuration) || !isAny ? VARY : {}),
  }
}

/** All that the rule lists; where it has a wildcard, what was asked for. */
function allowedHeaders(rule: XmlElement, asked: string[]): Record<string, string> {
  const listed = asList<string>(rule.AllowedHeader).map((name) => name.toLowerCase())
  const names = listed.some((name) => name.includes('*')) ? asked : listed
  return asked.length > 0 && names.length > 0
    ? { 'Access-Control-Allow-Headers': names.join(',') }
    : {}
}
