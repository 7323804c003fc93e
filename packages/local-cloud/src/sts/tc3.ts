import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { StsFault } from './fault'

/** Clocks may differ by this many seconds (document 1312/48173). */
const CLOCK_TOLERANCE = 300

export interface SignedCall {
  method: string
  /** As sent; empty for POST. */
  query: string
  headers: IncomingHttpHeaders
  body: string
}

export interface Tc3Authorization {
  SecretId: string
  date: string
  service: string
  signedHeaders: string[]
  signature: string
}

/** @throws StsFault `AuthFailure.InvalidAuthorization` */
export function parseTc3(header: string | undefined): Tc3Authorization {
  const match =
    /^TC3-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{4}-\d{2}-\d{2})\/([^/,\s]+)\/tc3_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      header ?? '',
    )
  if (!match) {
    throw new StsFault(
      'AuthFailure.InvalidAuthorization',
      'The request header Authorization does not conform to the TC3-HMAC-SHA256 standard.',
    )
  }
  const [, SecretId = '', date = '', service = '', list = '', signature = ''] = match
  return { SecretId, date, service, signedHeaders: list.split(';'), signature }
}

/**
 * Verifies a TC3-HMAC-SHA256 signature (document 1312/48171).
 * @throws StsFault `AuthFailure.SignatureExpire`, `AuthFailure.SignatureFailure`
 */
export function verifyTc3(
  call: SignedCall,
  auth: Tc3Authorization,
  secretKey: string,
  now: number,
): void {
  const timestamp = Number(call.headers['x-tc-timestamp'])
  if (!Number.isFinite(timestamp) || Math.abs(now - timestamp) > CLOCK_TOLERANCE) {
    throw new StsFault(
      'AuthFailure.SignatureExpire',
      'Signature expired: the timestamp differs from the server time by more than five minutes.',
    )
  }
  if (new Date(timestamp * 1000).toISOString().slice(0, 10) !== auth.date) {
    throw new StsFault(
      'AuthFailure.SignatureFailure',
      'The credential date is not that of X-TC-Timestamp.',
    )
  }
  if (!auth.signedHeaders.includes('content-type') || !auth.signedHeaders.includes('host')) {
    throw new StsFault('AuthFailure.InvalidAuthorization', 'content-type and host must be signed.')
  }
  const host = call.headers.host ?? ''
  // The official Node SDK signs the host without its port, and sends it with.
  const matches = [host, host.replace(/:\d+$/, '')].some((signedHost) => {
    const expected = signatureOf(call, auth, secretKey, timestamp, signedHost)
    return timingSafeEqual(Buffer.from(expected), Buffer.from(auth.signature))
  })
  if (!matches) {
    throw new StsFault(
      'AuthFailure.SignatureFailure',
      'The provided credentials could not be validated. Please check your signature is correct.',
    )
  }
}

function signatureOf(
  call: SignedCall,
  auth: Tc3Authorization,
  secretKey: string,
  timestamp: number,
  host: string,
): string {
  const headerOf = (name: string) => (name === 'host' ? host : String(call.headers[name] ?? ''))
  const canonicalHeaders = auth.signedHeaders
    .map((name) => `${name}:${headerOf(name).trim().toLowerCase()}\n`)
    .join('')
  // Header values are signed in lower case by the documents, as they are by some SDKs.
  const canonical = [
    call.method,
    '/',
    call.query,
    canonicalHeaders,
    auth.signedHeaders.join(';'),
    sha256(call.body),
  ].join('\n')
  const scope = `${auth.date}/${auth.service}/tc3_request`
  const stringToSign = ['TC3-HMAC-SHA256', timestamp, scope, sha256(canonical)].join('\n')
  const dateKey = hmac(`TC3${secretKey}`, auth.date)
  const signingKey = hmac(hmac(dateKey, auth.service), 'tc3_request')
  return hmac(signingKey, stringToSign).toString('hex')
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest()
}
