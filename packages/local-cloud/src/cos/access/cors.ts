import { asList, readXml, type XmlElement } from '@miniprogram-cos/protocol'
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
    ...(configuration.ResponseVary === 'true' || !isAny
      ? { Vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method' }
      : {}),
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
