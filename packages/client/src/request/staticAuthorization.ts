import { argumentError, isSignedHeader, signRequest } from '@miniprogram-cos/protocol'
import { signatureHash } from '../hash/signatureHash'
import { signKeyOf } from './signing'

/** What `COS.getAuthorization` takes; the names in lower case are those of older versions. */
export interface AuthorizationParams {
  SecretId?: string
  SecretKey?: string
  /** @default 'get' */
  Method?: string
  method?: string
  /** Signed as `/` and it; or give Pathname. */
  Key?: string
  Pathname?: string
  pathname?: string
  /** Keeps a leading slash of Key. @default false */
  UseRawKey?: boolean
  /** Parameters to sign. */
  Query?: Record<string, unknown>
  params?: Record<string, unknown>
  /** Headers to sign. */
  Headers?: Record<string, unknown>
  headers?: Record<string, unknown>
  /** Seconds from now. @default 900 */
  Expires?: number
  expires?: number
  /** `start;end` in Unix seconds, instead of Expires. */
  KeyTime?: string
  /** Milliseconds. @default 0 */
  SystemClockOffset?: number
  /** With Region: signs the bucket's host. */
  Bucket?: string
  Region?: string
  /** @default true */
  ForceSignHost?: boolean
}

/**
 * The Authorization of a request, by a key pair that is at hand: for tools and tests, not for an app.
 * @throws CosError `KitMissingParam` without a key pair
 */
export function staticAuthorization(given: AuthorizationParams, now: number): string {
  const { SecretId, SecretKey, Bucket, Region, UseRawKey, Key = '' } = given
  if (!SecretId || !SecretKey) {
    throw argumentError('KitMissingParam', `missing param ${SecretId ? 'SecretKey' : 'SecretId'}`)
  }
  const headers = valuesOf(given.Headers ?? given.headers)
  for (const name of Object.keys(headers)) if (!isSignedHeader(name)) delete headers[name]
  const hasHost = headers.Host || headers.host
  if (!hasHost && given.ForceSignHost !== false && Bucket && Region) {
    headers.Host = `${Bucket}.cos.${Region}.myqcloud.com`
  }
  const path = given.Pathname || given.pathname || (UseRawKey ? `/${Key}` : Key)
  const start = Math.round((now + (given.SystemClockOffset ?? 0)) / 1000) - 1
  const seconds = Number(given.Expires || given.expires || 900)
  const keyTime = given.KeyTime || `${start};${start + seconds}`
  const { authorization } = signRequest(
    {
      method: given.method || given.Method || 'get',
      pathname: UseRawKey || path[0] === '/' ? path : `/${path}`,
      query: valuesOf(given.Query ?? given.params),
      headers,
    },
    { SecretId, SecretKey, keyTime },
    signatureHash,
    signKeyOf(SecretKey, keyTime),
  )
  return authorization
}

/** What is said, as text. */
function valuesOf(given: Record<string, unknown> = {}): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && value !== null) values[name] = String(value)
  }
  return values
}
