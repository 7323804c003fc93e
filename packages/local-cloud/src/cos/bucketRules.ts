import type { IncomingMessage } from 'node:http'
import type { ParsedAuthorization, XmlElement } from '@miniprogram-cos/protocol'
import { CosServiceError } from './errors'
import { wildcardMatches } from './evaluatePolicy'
import { listOf } from './operations/configurationChecks'
import type { Handlers } from './operations/operation'
import type { CosRequest } from './request'
import type { BucketRecord, ObjectRecord } from './store/records'
import type { Store } from './store/store'
import { element, elements, integer, rootOf, text, texts } from './xmlElements'

/** The headers and parameters that a signature covers. */
type SignedFields = Pick<ParsedAuthorization, 'headerList' | 'paramList'>

/**
 * Checks strict signature mode (document 436/53892): if the headers and parameters that a rule lists are present, they
 * must be signed. Without a rule, the signer chooses what to sign.
 * @param signed undefined for a request without a signature, to which the mode does not apply
 * @throws CosServiceError `AccessDenied`
 */
export function checkStrictSignature(
  bucket: BucketRecord,
  signed: SignedFields | undefined,
  request: CosRequest,
  action: string,
): void {
  const document = bucket.documents?.['strict-signature']
  if (!document || !signed) return
  const signedParams = signed.paramList.map((name) => decode(name).toLowerCase())
  for (const rule of elements(rootOf(document, 'StrictSignatureConfiguration'), 'Rule')) {
    const actions = listOf(rule, 'action').map((name) => name.replace(/^(name\/)?cos:/, ''))
    if (!actions.some((pattern) => wildcardMatches(pattern, action))) continue
    const headers = listOf(rule, 'header')
    for (const [name, value] of Object.entries(request.headers)) {
      if (value === undefined || name === 'x-cos-security-token') continue
      if (matchesAny(headers, name) && !signed.headerList.includes(name)) {
        throw notSigned('header', name)
      }
    }
    const params = listOf(rule, 'param')
    for (const name of Object.keys(request.query)) {
      const lower = name.toLowerCase()
      // The parameters of the signature itself.
      if (/^q-/.test(lower) || lower === 'sign' || lower === 'x-cos-security-token') continue
      if (matchesAny(params, lower) && !signedParams.includes(lower)) throw notSigned('param', name)
    }
  }
}

function matchesAny(patterns: readonly string[], name: string): boolean {
  return patterns.some(
    (pattern) => pattern === 'all' || wildcardMatches(pattern.toLowerCase(), name),
  )
}

function notSigned(kind: 'header' | 'param', name: string): CosServiceError {
  return new CosServiceError(
    'AccessDenied',
    `Strict signature missing ${kind} that must be signed`,
    {
      Decision: `strict signature: the ${kind} ${name} is not signed`,
    },
  )
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/**
 * Checks the hotlink protection, which applies to unsigned reads of objects (document 436/13319).
 * @throws CosServiceError `AccessDenied`
 */
export function checkReferer({ headers, method, target }: CosRequest, bucket: BucketRecord): void {
  const document = bucket.documents?.referer
  if (!document || target !== 'object' || (method !== 'GET' && method !== 'HEAD')) return
  const configuration = rootOf(document, 'RefererConfiguration')
  if (text(configuration, 'Status') !== 'Enabled') return
  const list = element(configuration, 'DomainList')
  const domains = list ? texts(list, 'Domain') : []
  const isAllowed = headers.referer
    ? isListed(headers.referer, domains) === (text(configuration, 'RefererType') === 'White-List')
    : text(configuration, 'EmptyReferConfiguration') === 'Allow'
  if (!isAllowed) throw new CosServiceError('AccessDenied', 'You are denied by bucket referer rule')
}

/**
 * Whether a referer matches an entry: a host with an optional port or path. `*` matches any characters; `*.example.com`
 * also matches `example.com`.
 */
function isListed(referer: string, domains: readonly string[]): boolean {
  const address = referer.replace(/^https?:\/\//, '')
  const [hostAndPort = ''] = address.split(/[/?#]/)
  const host = hostAndPort.replace(/:\d+$/, '')
  return domains.some((domain) => {
    const entry = domain.replace(/^https?:\/\//, '')
    if (entry.includes('/')) return wildcardMatches(`${entry}*`, address)
    const compared = /:\d+$/.test(entry) ? hostAndPort : host
    return (
      wildcardMatches(entry, compared) || (entry.startsWith('*.') && entry.slice(2) === compared)
    )
  })
}

/** A cross-origin request, as the browser describes it. */
interface CrossOriginRequest {
  origin: string
  method: string
  /** Lower case. */
  headers: string[]
}

const VARY = { Vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method' }

/** The CORS headers of a response, possibly an error, to a request other than a preflight. */
export function corsHeadersOf(
  bucket: BucketRecord,
  { headers, method = '' }: Pick<IncomingMessage, 'headers' | 'method'>,
): Record<string, string> {
  const { origin } = headers
  const matching = origin && matchRule(bucket, { origin, method, headers: [] })
  if (matching) return matching
  return bucket.documents?.cors && isVarying(configurationOf(bucket.documents.cors)) ? VARY : {}
}

function configurationOf(document: string): XmlElement {
  return rootOf(document, 'CORSConfiguration')
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
  const configuration = configurationOf(document)
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

const DAY_MS = 24 * 60 * 60 * 1000
/** COS begins at midnight in Beijing (document 436/17028); here objects are removed within an hour. */
const INTERVAL_MS = 60 * 60 * 1000

/** A rule that removes objects some days after they were last modified. */
interface ExpirationRule {
  prefix: string
  days: number
}

/**
 * Applies the lifecycle rules of all buckets now and once an hour: enabled rules with `Expiration` by `Days`, for all keys
 * or those with a prefix. Other conditions and actions have no effect.
 * @param clock Unix milliseconds
 * @returns a function that stops this and resolves when no removal is in progress
 */
export async function startLifecycle(
  store: Store,
  clock: () => number,
): Promise<() => Promise<void>> {
  await removeExpired(store, clock())
  let running = Promise.resolve()
  const timer = setInterval(() => {
    // A bucket may be deleted meanwhile: the next hour tries again.
    running = running.then(() => removeExpired(store, clock())).catch(() => {})
  }, INTERVAL_MS)
  timer.unref()
  return () => {
    clearInterval(timer)
    return running
  }
}

async function removeExpired(store: Store, now: number): Promise<void> {
  for (const bucket of store.buckets.list()) {
    for (const { prefix, days } of expirationRules(bucket)) {
      const isExpired = ({ lastModified }: ObjectRecord) =>
        Date.parse(lastModified) + days * DAY_MS <= now
      const keys: string[] = []
      await store.objects.scan(bucket.name, prefix, '', (record) => {
        if (isExpired(record)) keys.push(record.key)
        return 'next'
      })
      for (const key of keys) await store.objects.deleteIf(bucket, key, isExpired)
    }
  }
}

function expirationRules({ documents }: BucketRecord): ExpirationRule[] {
  const document = documents?.lifecycle
  if (!document) return []
  return elements(rootOf(document, 'LifecycleConfiguration'), 'Rule').flatMap((rule) => {
    const days = integer(element(rule, 'Expiration') ?? {}, 'Days', 1)
    const prefix = prefixOf(rule)
    const isApplied = text(rule, 'Status') === 'Enabled' && days !== undefined
    return isApplied && prefix !== undefined ? [{ prefix, days }] : []
  })
}

/** @returns undefined for a rule with another condition than a prefix */
function prefixOf(rule: XmlElement): string | undefined {
  const filter = element(rule, 'Filter')
  const { Prefix = '' } = filter ?? rule
  const isAlone = Object.keys(filter ?? {}).every((name) => name === 'Prefix')
  return isAlone && typeof Prefix === 'string' ? Prefix : undefined
}
