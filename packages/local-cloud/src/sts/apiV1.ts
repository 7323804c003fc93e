import { createHmac, timingSafeEqual } from 'node:crypto'
import { StsFault } from './fault'
import type { StsCall } from './stsCall'

/** Parameters that carry the call itself, not its content. */
const COMMON = [
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
const CLOCK_TOLERANCE = 300

/** Reads a call of the first API version: form fields, signed with HmacSHA1 or HmacSHA256 (document 1312/48172). */
export function readV1(method: string, host: string, fields: URLSearchParams): StsCall {
  const params: Record<string, unknown> = {}
  for (const [name, value] of fields) {
    if (!COMMON.includes(name)) params[name] = name === 'DurationSeconds' ? Number(value) : value
  }
  return {
    action: fields.get('Action') ?? '',
    version: fields.get('Version') ?? '',
    SecretId: fields.get('SecretId') ?? '',
    token: fields.get('Token') ?? undefined,
    params,
    verify(secretKey, now) {
      const timestamp = Number(fields.get('Timestamp'))
      if (!Number.isFinite(timestamp) || Math.abs(now - timestamp) > CLOCK_TOLERANCE) {
        throw new StsFault('AuthFailure.SignatureExpire', 'Signature expired.')
      }
      const hash = fields.get('SignatureMethod') === 'HmacSHA256' ? 'sha256' : 'sha1'
      const given = Buffer.from(fields.get('Signature') ?? '', 'base64')
      // Values are signed as they are, not percent-encoded; some clients leave the port out.
      const text = [...fields]
        .filter(([name]) => name !== 'Signature')
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => `${name}=${value}`)
        .join('&')
      const matches = [host, host.replace(/:\d+$/, ''), 'sts.tencentcloudapi.com'].some(
        (signed) => {
          const own = createHmac(hash, secretKey).update(`${method}${signed}/?${text}`).digest()
          return own.length === given.length && timingSafeEqual(own, given)
        },
      )
      if (!matches) {
        throw new StsFault('AuthFailure.SignatureFailure', 'The signature does not match.')
      }
    },
  }
}
