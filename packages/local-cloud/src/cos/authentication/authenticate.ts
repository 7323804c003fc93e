import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import {
  expectedSignature,
  type ParsedAuthorization,
  parseAuthorization,
  parsePeriod,
  type SignatureHash,
} from '@miniprogram-cos/protocol'
import type { KeyRing } from '../../keys/keyRing'
import { Fault } from '../answer/fault'
import type { CosRequest } from '../request/request'
import { findKey, type Principal } from './principal'
import { verifyV4 } from './v4Signature'

/** Who sent a request, and what they signed. */
export interface Authenticated {
  principal: Principal
  auth?: ParsedAuthorization
}

/** COS accepts clocks that differ by up to this many seconds (document 436/7730). */
const CLOCK_TOLERANCE = 900

export const nodeHash: SignatureHash = {
  sha1: (text) => createHash('sha1').update(text, 'utf8').digest('hex'),
  hmacSha1: (key, text) => createHmac('sha1', key).update(text, 'utf8').digest('hex'),
}

/**
 * Establishes who sent a request, in COS's documented order: key id, time, signature (436/40105).
 * @throws Fault
 */
export function authenticate(request: CosRequest, keys: KeyRing, now: number): Authenticated {
  const carrier = findCarrier(request)
  if (!carrier) return { principal: { kind: 'anonymous' } }
  const query: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(request.query)) {
    if (!carrier.ownParams.has(name)) query[name] = value
  }
  let fault = new Fault('InvalidArgument', 'The Authorization you specified is malformed.')
  for (const text of carrier.readings) {
    try {
      const auth = parseAuthorization(text)
      if (!auth && carrier.ownParams.has('sign')) {
        const principal = verifyV4(text, request, carrier.token, keys, now)
        if (principal) return { principal }
      }
      if (auth?.algorithm !== 'sha1') continue
      const signed = { ...request, query }
      return { principal: verifySigned(auth, signed, carrier.token, keys, now), auth }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      fault = error
    }
  }
  throw fault
}

/** Checks key, time and signature of one signed request, or of a signed form. */
export function verifySigned(
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
    throw new Fault('SignatureDoesNotMatch', undefined, {
      StringToSign: expected.stringToSign,
      FormatString: expected.httpString,
    })
  }
  return principal
}

export function checkPeriod(text: string, now: number): void {
  const period = parsePeriod(text)
  if (!period) {
    throw new Fault('InvalidArgument', `The period "${text}" is not "start;end" in seconds.`)
  }
  if (period.end < now) throw new Fault('AccessDenied', 'Request has expired')
  if (period.start > now + CLOCK_TOLERANCE) throw new Fault('RequestTimeTooSkewed')
}

export function isSame(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}

interface Carrier {
  /** The Authorization's text; where it can be read in two ways, both. */
  readings: string[]
  token?: string | undefined
  /** Query parameters that carry the signature and so are no part of what is signed. */
  ownParams: ReadonlySet<string>
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

/** Where the signature is: header, the seven `q-*` parameters, or `sign=`. */
function findCarrier({ headers, query, search }: CosRequest): Carrier | undefined {
  if (headers.authorization !== undefined) {
    return {
      readings: [headers.authorization],
      token: headers['x-cos-security-token'],
      ownParams: new Set(),
    }
  }
  const token = query['x-cos-security-token'] ?? headers['x-cos-security-token']
  if ('q-signature' in query || 'q-ak' in query) {
    // The list of names is percent-encoded itself; some clients put it into the URL as it stands,
    // others encode it once more.
    const sent = /(?:^|&)q-url-param-list=([^&]*)/.exec(search)?.[1] ?? ''
    const read = (list: string) =>
      PRESIGNED.map((name) => {
        return `${name}=${name === 'q-url-param-list' ? list : (query[name] ?? '')}`
      }).join('&')
    const readings = new Set([read(query['q-url-param-list'] ?? ''), read(sent)])
    return { readings: [...readings], token, ownParams: new Set(PRESIGNED) }
  }
  if (query.sign !== undefined) {
    return { readings: [query.sign], token, ownParams: new Set(['sign']) }
  }
  return undefined
}
