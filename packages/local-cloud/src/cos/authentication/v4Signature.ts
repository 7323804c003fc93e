import { createHmac, timingSafeEqual } from 'node:crypto'
import { parseBucket } from '@miniprogram-cos/protocol'
import type { KeyRing } from '../../keys/keyRing'
import { Fault } from '../answer/fault'
import type { CosRequest } from '../request/request'
import { findKey, type Principal } from './principal'

/** HMAC-SHA1, in front of the text it signs. */
const DIGEST_BYTES = 20
const CLOCK_TOLERANCE = 900

/**
 * The signature of COS's older JSON API, still accepted as `?sign=` (`getV4Auth` of the SDKs): base64
 * of a digest and of `a=<appid>&b=<bucket>&k=<SecretId>&t=<from>&e=<until>&r=<random>&f=<path>`.
 * @returns undefined when the text is no such signature
 * @throws Fault
 */
export function verifyV4(
  text: string,
  request: CosRequest,
  token: string | undefined,
  keys: KeyRing,
  now: number,
): Principal | undefined {
  const bytes = Buffer.from(text, 'base64')
  const plain = bytes.subarray(DIGEST_BYTES)
  const fields = new Map(
    plain
      .toString('utf8')
      .split('&')
      .map((part): [string, string] => {
        const at = part.indexOf('=')
        return [part.slice(0, Math.max(at, 0)), part.slice(at + 1)]
      }),
  )
  if (['a', 'b', 'k', 't', 'e', 'r', 'f'].some((name) => !fields.has(name))) return undefined
  const { principal, SecretKey } = findKey(fields.get('k') ?? '', token, keys, now)
  const [from, until] = [Number(fields.get('t')), Number(fields.get('e'))]
  if (!Number.isInteger(from) || !Number.isInteger(until)) throw malformed()
  if (from > now + CLOCK_TOLERANCE) throw new Fault('RequestTimeTooSkewed')
  if (until < now) throw new Fault('AccessDenied', 'Request has expired')
  const expected = createHmac('sha1', SecretKey).update(plain).digest()
  if (!timingSafeEqual(expected, bytes.subarray(0, DIGEST_BYTES))) {
    throw new Fault('SignatureDoesNotMatch', undefined, {
      StringToSign: plain.toString('utf8'),
      FormatString: plain.toString('utf8'),
    })
  }
  const bucket = parseBucket(request.bucket)
  // It signs no method: it opens what is there, and changes nothing.
  const isRead = request.target === 'object' && /^(GET|HEAD)$/.test(request.method)
  const isForBucket = bucket?.appid === fields.get('a') && bucket?.short === fields.get('b')
  const path = fields.get('f') ?? ''
  const isForKey =
    path === '' || decode(path) === `/${bucket?.appid}/${bucket?.short}/${request.key}`
  if (!isRead || !isForBucket || !isForKey) {
    throw new Fault('AccessDenied', undefined, { Decision: 'signed for another use' })
  }
  return principal
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw malformed()
  }
}

function malformed(): Fault {
  return new Fault('InvalidArgument', 'The Authorization you specified is malformed.')
}
