import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import {
  expectedSignature,
  type ParsedAuthorization,
  parseAuthorization,
  parseBucket,
  parsePeriod,
  type SignatureHash,
} from '@miniprogram-cos/protocol'
import type { KeyRing, Session } from '../sts/keys'
import { accessDenied, CosServiceError, invalidArgument } from './errors'
import type { CosRequest } from './request'

/** The sender of a request. */
export type Principal =
  | { kind: 'anonymous' }
  | { kind: 'root'; SecretId: string }
  | { kind: 'temporary'; SecretId: string; session: Session }

/** The sender of a request, and the headers and parameters that the signature covers. */
export interface Authenticated {
  principal: Principal
  signed?: Pick<ParsedAuthorization, 'headerList' | 'paramList'>
}

/** COS accepts clocks that differ by up to this many seconds (document 436/7730). */
const CLOCK_TOLERANCE = 900

export const nodeHash: SignatureHash = {
  sha1: (text) => createHash('sha1').update(text, 'utf8').digest('hex'),
  hmacSha1: (key, text) => createHmac('sha1', key).update(text, 'utf8').digest('hex'),
}

/**
 * Authenticates a request in COS's documented order: key id, time, signature (436/40105).
 * @param now Unix seconds
 * @throws CosServiceError
 */
export function authenticate(request: CosRequest, keys: KeyRing, now: number): Authenticated {
  const authorization = findAuthorization(request)
  if (!authorization) return { principal: { kind: 'anonymous' } }
  const query: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(request.query)) {
    if (!authorization.params.has(name)) query[name] = value
  }
  let failure = malformedAuthorization()
  for (const text of authorization.candidates) {
    try {
      const auth = parseAuthorization(text)
      if (!auth && authorization.params.has('sign')) {
        const principal = verifyJsonApiSignature(text, request, authorization.token, keys, now)
        // It covers neither headers nor parameters.
        if (principal) return { principal, signed: { headerList: [], paramList: [] } }
      }
      if (auth?.algorithm !== 'sha1') continue
      const principal = verifySignature(auth, { ...request, query }, authorization.token, keys, now)
      return { principal, signed: auth }
    } catch (error) {
      if (!(error instanceof CosServiceError)) throw error
      failure = error
    }
  }
  throw failure
}

/** Verifies key, time and signature of a request, or of a form. @throws CosServiceError */
export function verifySignature(
  auth: ParsedAuthorization,
  request: Pick<CosRequest, 'method' | 'pathname' | 'query' | 'headers'>,
  token: string | undefined,
  keys: KeyRing,
  now: number,
): Principal {
  const { principal, SecretKey } = findKey(auth.SecretId, token, keys, now)
  checkPeriod(auth.signTime, now)
  checkPeriod(auth.keyTime, now)
  const expected = expectedSignature(request, auth, SecretKey, nodeHash)
  if (!expected.isComplete || !isSame(expected.signature, auth.signature)) {
    throw new CosServiceError('SignatureDoesNotMatch', undefined, {
      StringToSign: expected.stringToSign,
      FormatString: expected.httpString,
    })
  }
  return principal
}

/**
 * Finds the secret and the principal of a SecretId. A temporary key is valid only with its token.
 * @throws CosServiceError `InvalidAccessKeyId`, `ExpiredToken`
 */
export function findKey(
  SecretId: string,
  token: string | undefined,
  keys: KeyRing,
  now: number,
): { principal: Principal; SecretKey: string } {
  const { root } = keys
  if (SecretId === root.SecretId) {
    return { principal: { kind: 'root', SecretId }, SecretKey: root.SecretKey }
  }
  if (!token) throw new CosServiceError('InvalidAccessKeyId')
  const check = keys.check(SecretId, token, now)
  if (check.state === 'expired') throw new CosServiceError('ExpiredToken')
  if (check.state === 'foreign') throw new CosServiceError('InvalidAccessKeyId')
  const { session, SecretKey } = check
  return { principal: { kind: 'temporary', SecretId, session }, SecretKey }
}

/** @param text `start;end` in Unix seconds. @throws CosServiceError */
export function checkPeriod(text: string, now: number): void {
  const period = parsePeriod(text)
  if (!period) {
    throw invalidArgument(`The period "${text}" is not "start;end" in seconds.`)
  }
  if (period.end < now) throw new CosServiceError('AccessDenied', 'Request has expired')
  if (period.start > now + CLOCK_TOLERANCE) throw new CosServiceError('RequestTimeTooSkewed')
}

/** Compares strings in constant time. */
export function isSame(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}

/** The Authorization of a request. */
interface SentAuthorization {
  /** Its text, or both texts if it can be decoded in two ways. */
  candidates: string[]
  token?: string | undefined
  /** The query parameters that contain it, which the signature does not cover. */
  params: ReadonlySet<string>
}

const PRESIGNED = [
  'q-sign-algorithm',
  'q-ak',
  'q-sign-time',
  'q-key-time',
  'q-header-list',
  'q-url-param-list',
  'q-signature',
]

/** Finds the Authorization: in the header, in the seven `q-*` parameters, or in `sign=`. */
function findAuthorization({ headers, query, search }: CosRequest): SentAuthorization | undefined {
  if (headers.authorization !== undefined) {
    const token = headers['x-cos-security-token']
    return { candidates: [headers.authorization], token, params: new Set() }
  }
  const token = query['x-cos-security-token'] ?? headers['x-cos-security-token']
  if ('q-signature' in query || 'q-ak' in query) {
    // The parameter list is percent-encoded. Some clients encode it again in the URL.
    const raw = /(?:^|&)q-url-param-list=([^&]*)/.exec(search)?.[1] ?? ''
    const textWith = (list: string) =>
      PRESIGNED.map((name) => {
        return `${name}=${name === 'q-url-param-list' ? list : (query[name] ?? '')}`
      }).join('&')
    const candidates = new Set([textWith(query['q-url-param-list'] ?? ''), textWith(raw)])
    return { candidates: [...candidates], token, params: new Set(PRESIGNED) }
  }
  if (query.sign === undefined) return undefined
  return { candidates: [query.sign], token, params: new Set(['sign']) }
}

/** The HMAC-SHA1 precedes the text that it signs. */
const SHA1_BYTES = 20

/**
 * Verifies a signature of COS's older JSON API, which `?sign=` still accepts (`getV4Auth` of the SDKs):
 * base64 of an HMAC and of `a=<appid>&b=<bucket>&k=<SecretId>&t=<from>&e=<until>&r=<random>&f=<path>`.
 * @returns undefined for text in another format
 * @throws CosServiceError
 */
function verifyJsonApiSignature(
  text: string,
  request: CosRequest,
  token: string | undefined,
  keys: KeyRing,
  now: number,
): Principal | undefined {
  const bytes = Buffer.from(text, 'base64')
  const signed = bytes.subarray(SHA1_BYTES).toString('utf8')
  const fields = new Map(
    signed.split('&').map((part): [string, string] => {
      const at = Math.max(part.indexOf('='), 0)
      return [part.slice(0, at), part.slice(at + 1)]
    }),
  )
  if (['a', 'b', 'k', 't', 'e', 'r', 'f'].some((name) => !fields.has(name))) return undefined
  const { principal, SecretKey } = findKey(fields.get('k') ?? '', token, keys, now)
  const [from, until] = [Number(fields.get('t')), Number(fields.get('e'))]
  if (!Number.isInteger(from) || !Number.isInteger(until)) throw malformedAuthorization()
  if (from > now + CLOCK_TOLERANCE) throw new CosServiceError('RequestTimeTooSkewed')
  if (until < now) throw new CosServiceError('AccessDenied', 'Request has expired')
  const expected = createHmac('sha1', SecretKey).update(bytes.subarray(SHA1_BYTES)).digest()
  if (!timingSafeEqual(expected, bytes.subarray(0, SHA1_BYTES))) {
    const details = { StringToSign: signed, FormatString: signed }
    throw new CosServiceError('SignatureDoesNotMatch', undefined, details)
  }
  const bucket = parseBucket(request.bucket)
  // The signature does not cover the method, so it permits only reads.
  const isRead = request.target === 'object' && /^(GET|HEAD)$/.test(request.method)
  const isForBucket = bucket?.appid === fields.get('a') && bucket?.short === fields.get('b')
  const path = decodePath(fields.get('f') ?? '')
  const isForKey = path === '' || path === `/${bucket?.appid}/${bucket?.short}/${request.key}`
  if (isRead && isForBucket && isForKey) return principal
  throw accessDenied('the signature is for another request')
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw malformedAuthorization()
  }
}

function malformedAuthorization(): CosServiceError {
  return invalidArgument('The Authorization you specified is malformed.')
}
