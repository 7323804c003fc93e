import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** An error response of STS, which has HTTP status 200. */
export class StsError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** A call of STS, independent of how it is signed. */
export interface StsCall {
  action: string
  version: string
  SecretId: string
  token: string | undefined
  /** The action's parameters. */
  params: Record<string, unknown>
  /** @throws StsError */
  verify: (secretKey: string, now: number) => void
}

/** Seconds by which the timestamp of a signature may differ from the clock (document 1312/48173). */
export const CLOCK_TOLERANCE = 300

interface SignedCall {
  method: string
  /** The raw query; empty for POST. */
  query: string
  headers: IncomingHttpHeaders
  body: string
}

interface Tc3Authorization {
  SecretId: string
  date: string
  service: string
  signedHeaders: string[]
  signature: string
}

/** @throws StsError `AuthFailure.InvalidAuthorization` */
export function parseTc3(header: string | undefined): Tc3Authorization {
  const match =
    /^TC3-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{4}-\d{2}-\d{2})\/([^/,\s]+)\/tc3_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      header ?? '',
    )
  if (!match) {
    throw new StsError(
      'AuthFailure.InvalidAuthorization',
      'The request header Authorization does not conform to the TC3-HMAC-SHA256 standard.',
    )
  }
  const [, SecretId = '', date = '', service = '', list = '', signature = ''] = match
  return { SecretId, date, service, signedHeaders: list.split(';'), signature }
}

/**
 * Verifies a TC3-HMAC-SHA256 signature (document 1312/48171).
 * @throws StsError `AuthFailure.SignatureExpire`, `AuthFailure.SignatureFailure`
 */
export function verifyTc3(
  call: SignedCall,
  auth: Tc3Authorization,
  secretKey: string,
  now: number,
): void {
  const timestamp = Number(call.headers['x-tc-timestamp'])
  if (!Number.isFinite(timestamp) || Math.abs(now - timestamp) > CLOCK_TOLERANCE) {
    throw new StsError(
      'AuthFailure.SignatureExpire',
      'Signature expired: the timestamp differs from the server time by more than five minutes.',
    )
  }
  if (new Date(timestamp * 1000).toISOString().slice(0, 10) !== auth.date) {
    throw new StsError(
      'AuthFailure.SignatureFailure',
      'The credential date is not that of X-TC-Timestamp.',
    )
  }
  if (!auth.signedHeaders.includes('content-type') || !auth.signedHeaders.includes('host')) {
    throw new StsError('AuthFailure.InvalidAuthorization', 'content-type and host must be signed.')
  }
  const host = call.headers.host ?? ''
  // The official Node SDK signs the host without its port, but sends it with the port.
  const matches = [host, host.replace(/:\d+$/, '')].some((signedHost) => {
    const expected = sign(call, auth, secretKey, timestamp, signedHost)
    return timingSafeEqual(expected, Buffer.from(auth.signature, 'hex'))
  })
  if (!matches) {
    throw new StsError(
      'AuthFailure.SignatureFailure',
      'The provided credentials could not be validated. Please check your signature is correct.',
    )
  }
}

function sign(
  call: SignedCall,
  auth: Tc3Authorization,
  secretKey: string,
  timestamp: number,
  host: string,
): Buffer {
  const headerOf = (name: string) => (name === 'host' ? host : String(call.headers[name] ?? ''))
  const canonicalHeaders = auth.signedHeaders
    .map((name) => `${name}:${headerOf(name).trim().toLowerCase()}\n`)
    .join('')
  // The documents sign header values in lower case.
  const canonical = [
    call.method,
    '/',
    call.query,
    canonicalHeaders,
    auth.signedHeaders.join(';'),
    sha256(call.body),
  ].join('\n')
  return tc3Signature(canonical, { ...auth, timestamp, secretKey })
}

/** What a TC3-HMAC-SHA256 signature is derived from, besides the canonical request. */
interface Tc3Inputs {
  secretKey: string
  /** `YYYY-MM-DD`, UTC. */
  date: string
  service: string
  /** Unix seconds. */
  timestamp: number
}

/** Signs a canonical request with TC3-HMAC-SHA256 (document 1312/48171). */
export function tc3Signature(
  canonicalRequest: string,
  { secretKey, date, service, timestamp }: Tc3Inputs,
): Buffer {
  const scope = `${date}/${service}/tc3_request`
  const stringToSign = ['TC3-HMAC-SHA256', timestamp, scope, sha256(canonicalRequest)].join('\n')
  const dateKey = hmac(`TC3${secretKey}`, date)
  return hmac(hmac(hmac(dateKey, service), 'tc3_request'), stringToSign)
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest()
}

/** Parameters that all actions have. */
const COMMON_PARAMS = [
  'Action',
  'Version',
  'Region',
  'Timestamp',
  'Nonce',
  'SecretId',
  'Signature',
  'SignatureMethod',
  'Token',
  'Language',
  'RequestClient',
]
const REQUIRED_PARAMS = ['Action', 'Version', 'Timestamp', 'Nonce', 'SecretId', 'Signature']
/** Maximum index of a list's element. */
const MAX_INDEX = 100

/** Sets `Tags.0.Key=a`, a field of a list's element. */
function setField(
  params: Record<string, unknown>,
  list: string,
  index: number,
  field: string,
  value: string,
): void {
  if (index > MAX_INDEX) throw new StsError('InvalidParameter', `The list ${list} is too long.`)
  const elements: unknown = params[list] ?? []
  if (!Array.isArray(elements)) {
    throw new StsError('InvalidParameter', `The parameter \`${list}\` is given twice.`)
  }
  elements[index] = { ...elements[index], [field]: value }
  params[list] = elements
}

/** Reads the action's parameters from a form or a query. @throws StsError */
export function readParams(fields: URLSearchParams): Record<string, unknown> {
  // Without a prototype, because the names are not authenticated yet.
  const params: Record<string, unknown> = Object.create(null)
  for (const [name, value] of fields) {
    if (COMMON_PARAMS.includes(name)) continue
    const [, list = '', index = '', field = ''] = /^(\w+)\.(\d+)\.(\w+)$/.exec(name) ?? []
    if (list) setField(params, list, Number(index), field, value)
    else params[name] = name === 'DurationSeconds' ? Number(value) : value
  }
  return params
}

/** Reads a call of API version 1: form fields, signed with HmacSHA1 or HmacSHA256 (document 1312/48172). */
export function readV1(method: string, host: string, fields: URLSearchParams): StsCall {
  for (const name of REQUIRED_PARAMS) {
    if (!fields.get(name)) {
      throw new StsError('MissingParameter', `The parameter \`${name}\` is missing.`)
    }
  }
  return {
    action: fields.get('Action') ?? '',
    version: fields.get('Version') ?? '',
    SecretId: fields.get('SecretId') ?? '',
    token: fields.get('Token') ?? undefined,
    params: readParams(fields),
    verify(secretKey, now) {
      const timestamp = Number(fields.get('Timestamp'))
      if (!Number.isFinite(timestamp) || Math.abs(now - timestamp) > CLOCK_TOLERANCE) {
        throw new StsError('AuthFailure.SignatureExpire', 'Signature expired.')
      }
      const hash = fields.get('SignatureMethod') === 'HmacSHA256' ? 'sha256' : 'sha1'
      const signature = Buffer.from(fields.get('Signature') ?? '', 'base64')
      // Values are signed without percent-encoding. Some clients sign the host without its port.
      const text = [...fields]
        .filter(([name]) => name !== 'Signature')
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => `${name}=${value}`)
        .join('&')
      const matches = [host, host.replace(/:\d+$/, ''), 'sts.tencentcloudapi.com'].some(
        (signedHost) => {
          const signed = `${method}${signedHost}/?${text}`
          const expected = createHmac(hash, secretKey).update(signed).digest()
          return expected.length === signature.length && timingSafeEqual(expected, signature)
        },
      )
      if (!matches) {
        throw new StsError('AuthFailure.SignatureFailure', 'The signature does not match.')
      }
    },
  }
}
