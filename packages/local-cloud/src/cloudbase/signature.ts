import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { KeyPair } from '../keys'
import { CloudBaseError } from './errors'

/** Seconds by which clocks may differ. */
const CLOCK_TOLERANCE = 300

/** A request to the CloudBase API. */
export interface CloudBaseRequest {
  /** The path and query of the request line. */
  url: string
  headers: IncomingHttpHeaders
  params: Record<string, unknown>
}

const AUTHORIZATION =
  /^TC3-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{4}-\d{2}-\d{2})\/tcb\/tc3_request, SignedParams=([^,\s]*), SignedHeaders=([^,\s]+), Signature=([0-9a-f]{64})$/

/**
 * Verifies the signature of a request: TC3-HMAC-SHA256 as @cloudbase/signature-nodejs computes it, over
 * the signed parameters of the JSON body instead of its bytes.
 * @param keyOf returns the key pair of a SecretId; undefined if it is unknown
 * @param now Unix seconds
 * @throws CloudBaseError `SIGN_PARAM_INVALID`
 */
export function verifyCloudBaseSignature(
  { url, headers, params }: CloudBaseRequest,
  keyOf: (SecretId: string) => KeyPair | undefined,
  now: number,
): void {
  const match = AUTHORIZATION.exec(headers.authorization ?? '')
  const [, SecretId = '', date = '', signedParams = '', signedHeaders = '', signature = ''] =
    match ?? []
  const key = match ? keyOf(SecretId) : undefined
  const timestamp = Number(headers['x-timestamp'])
  if (!key) throw invalid(match ? 'unknown SecretId' : 'the request is not signed')
  if (!(Math.abs(now - timestamp) <= CLOCK_TOLERANCE)) throw invalid('the signature has expired')
  const [path = '', query = ''] = url.split('?')
  const values = new Map(
    Object.entries(params).map(([name, value]) => [
      name.toLowerCase(),
      Buffer.isBuffer(value)
        ? value
        : (typeof value === 'string' ? value : JSON.stringify(value)).trim(),
    ]),
  )
  const payload = createHash('sha256')
  for (const name of signedParams.split(';')) {
    payload.update(`&${name}=`)
    payload.update(values.get(name) ?? 'undefined')
    payload.update('\r\n')
  }
  const headerLines = signedHeaders.split(';').map((name) => {
    const text = String(headers[name] ?? '').trim()
    // The signature does not cover the boundary of a form, which is not known when the SDK signs.
    return `${name}:${name === 'content-type' ? text.replace(/^(multipart\/form-data);.*/, '$1') : text.toLowerCase()}`
  })
  const canonical = [
    'post',
    `//${headers.host}${path}`,
    query,
    `${headerLines.join('\n')}\n`,
    signedHeaders,
    payload.digest('hex'),
  ].join('\n')
  const digest = createHash('sha256').update(canonical).digest('hex')
  const text = `TC3-HMAC-SHA256\n${timestamp}\n${date}/tcb/tc3_request\n${digest}`
  const signingKey = hmac(hmac(hmac(`TC3${key.SecretKey}`, date), 'tcb'), 'tc3_request')
  const expected = hmac(signingKey, text)
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) {
    throw invalid('the signature does not match')
  }
  checkAllSigned(values, signedParams)
}

/** Refuses unsigned parameters, which anyone could have added. The SDK does not sign empty ones. */
function checkAllSigned(values: ReadonlyMap<string, string | Buffer>, signedParams: string): void {
  const signed = new Set(signedParams.split(';'))
  for (const [name, value] of values) {
    if (value.length > 0 && !signed.has(name)) throw invalid(`the parameter ${name} is not signed`)
  }
}

function invalid(reason: string): CloudBaseError {
  return new CloudBaseError('SIGN_PARAM_INVALID', `SIGN_PARAM_INVALID: ${reason}`)
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
