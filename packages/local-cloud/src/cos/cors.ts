import type { IncomingMessage } from 'node:http'
import type { XmlElement } from '@miniprogram-cos/protocol'
import { CosServiceError } from './errors'
import type { Handlers } from './operations/operation'
import type { BucketRecord } from './store/records'
import { elements, parseRoot, text, texts } from './xmlElements'

/** A cross-origin request, as the browser describes it. */
interface CrossOriginRequest {
  origin: string
  method: string
  /** Lower case. */
  headers: string[]
}

const VARY = { Vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method' }

/** The CORS headers of a response, possibly an error, to a request other than a preflight. */
export function corsHeaders(
  bucket: BucketRecord,
  { headers, method = '' }: Pick<IncomingMessage, 'headers' | 'method'>,
): Record<string, string> {
  const { origin } = headers
  const matching = origin && matchRule(bucket, { origin, method, headers: [] })
  if (matching) return matching
  return bucket.documents?.cors && isVarying(parseCors(bucket.documents.cors)) ? VARY : {}
}

function parseCors(document: string): XmlElement {
  return parseRoot(document, 'CORSConfiguration')
}

/** With `ResponseVary` every response has a `Vary` header (document 436/8279). */
function isVarying(configuration: XmlElement): boolean {
  return text(configuration, 'ResponseVary')?.toLowerCase() === 'true'
}

/** The headers according to the first matching rule; undefined if none matches. */
function matchRule(
  bucket: BucketRecord,
  { origin, method, headers }: CrossOriginRequest,
): Record<string, string> | undefined {
  const document = bucket.documents?.cors
  if (!document) return undefined
  const configuration = parseCors(document)
  const rule = elements(configuration, 'CORSRule').find((candidate) => {
    const allowed = allowedHeaders(candidate)
    return (
      texts(candidate, 'AllowedOrigin').some((pattern) => matches(pattern, origin)) &&
      texts(candidate, 'AllowedMethod').includes(method) &&
      headers.every((name) => allowed.some((pattern) => matches(pattern, name)))
    )
  })
  if (!rule) return undefined
  const allowsAnyOrigin = texts(rule, 'AllowedOrigin').includes('*')
  const exposed = texts(rule, 'ExposeHeader')
  const maxAge = text(rule, 'MaxAgeSeconds')
  // For a wildcard, COS returns exactly the headers that the preflight requests.
  const hasWildcard = allowedHeaders(rule).some((name) => name.includes('*'))
  const allowed = hasWildcard ? headers : allowedHeaders(rule)
  const showsAllowed = headers.length > 0 && allowed.length > 0
  return {
    'Access-Control-Allow-Origin': allowsAnyOrigin ? '*' : origin,
    'Access-Control-Allow-Methods': texts(rule, 'AllowedMethod').join(','),
    ...(showsAllowed ? { 'Access-Control-Allow-Headers': allowed.join(',') } : {}),
    ...(exposed.length > 0 ? { 'Access-Control-Expose-Headers': exposed.join(',') } : {}),
    ...(maxAge ? { 'Access-Control-Max-Age': maxAge } : {}),
    // Credentials are allowed only for a specific origin.
    ...(allowsAnyOrigin ? {} : { 'Access-Control-Allow-Credentials': 'true' }),
    ...(isVarying(configuration) || !allowsAnyOrigin ? VARY : {}),
  }
}

function allowedHeaders(rule: XmlElement): string[] {
  return texts(rule, 'AllowedHeader').map((name) => name.toLowerCase())
}

/** Matches a pattern with at most one `*`, which stands for any characters (document 436/13318). */
function matches(pattern: string, value: string): boolean {
  const at = pattern.indexOf('*')
  if (at < 0) return pattern === value
  const [start, end] = [pattern.slice(0, at), pattern.slice(at + 1)]
  return value.length >= start.length + end.length && value.startsWith(start) && value.endsWith(end)
}

export const optionsObject: Handlers = {
  /** Answers a preflight according to the first matching rule; without one it is refused. */
  async optionsObject({ bucket, request }) {
    const { origin, 'access-control-request-method': method } = request.headers
    if (!origin || !method) {
      throw new CosServiceError(
        'InvalidRequest',
        'A preflight requires Origin and Access-Control-Request-Method.',
      )
    }
    // Tencent's browser SDK expects a preflight for a key of slashes to fail. Its Node SDK, which sends no preflight,
    // expects the list of the bucket.
    if (request.isMerged && !request.pathname.includes('.')) {
      throw new CosServiceError('AccessForbidden')
    }
    const headers = (request.headers['access-control-request-headers'] ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== '')
    const allowed = bucket && matchRule(bucket, { origin, method, headers })
    if (!allowed) throw new CosServiceError('AccessForbidden')
    return { status: 200, headers: allowed }
  },
}
