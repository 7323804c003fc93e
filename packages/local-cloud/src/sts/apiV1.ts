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
const REQUIRED = ['Action', 'Version', 'Timestamp', 'Nonce', 'SecretId', 'Signature']
const CLOCK_TOLERANCE = 300
/** More elements than any list of STS may have. */
const MAX_INDEX = 100

/** `Tags.0.Key=a`: one field of an element of a list. */
function setField(
  params: Record<string, unknown>,
  list: string,
  index: number,
  field: string,
  value: string,
): void {
  if (index > MAX_INDEX) throw new StsFault('InvalidParameter', `The list ${list} is too long.`)
  const elements = (params[list] ?? []) as Record<string, string>[]
  elements[index] = { ...elements[index], [field]: value }
  params[list] = elements
}

/** The content of a call made by form fields or by a query. @throws StsFault */
export function paramsOfFields(fields: URLSearchParams): Record<string, unknown> {
  // Without a prototype: names come from whoever calls, before anybody knows who that is.
  const params: Record<string, unknown> = Object.create(null)
  for (const [name, value] of fields) {
    if (COMMON.includes(name)) continue
    const [, list = '', index = '', field = ''] = /^(\w+)\.(\d+)\.(\w+)$/.exec(name) ?? []
    if (list) setField(params, list, Number(index), field, value)
    else params[name] = name === 'DurationSeconds' ? Number(value) : value
  }
  return params
}

/** Reads a call of the first API version: form fields, signed with HmacSHA1 or HmacSHA256 (document 1312/48172). */
export function readV1(method: string, host: string, fields: URLSearchParams): StsCall {
  for (const name of REQUIRED) {
    if (!fields.get(name)) {
      throw new StsFault('MissingParameter', `The parameter \`${name}\` is missing.`)
    }
  }
  return {
    action: fields.get('Action') ?? '',
    version: fields.get('Version') ?? '',
    SecretId: fields.get('SecretId') ?? '',
    token: fields.get('Token') ?? undefined,
    params: paramsOfFields(fields),
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
