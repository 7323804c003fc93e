import { isSignedHeader, signRequest } from '@miniprogram-cos/protocol'
import { signatureHash } from '../hash/signatureHash'

/** What `COS.getAuthorization` takes; the names in lower case are those of older versions. */
export interface AuthorizationParams {
  SecretId?: string
  SecretKey?: string
  /** @default 'get' */
  Method?: string
  method?: string
  Key?: string
  Pathname?: string
  pathname?: string
  /** Keeps a leading slash of Key. @default false */
  UseRawKey?: boolean
  Query?: Record<string, unknown>
  params?: Record<string, unknown>
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

/** The Authorization of a request, by a key pair that is at hand: for tools and tests, not for an app. */
export function staticAuthorization(given: AuthorizationParams, now: number): string {
  const { SecretId = '', SecretKey = '', Bucket, Region, UseRawKey } = given
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(given.Headers ?? given.headers ?? {})) {
    if (isSignedHeader(name) && value !== undefined && value !== '') headers[name] = String(value)
  }
  const hasHost = Object.keys(headers).some((name) => name.toLowerCase() === 'host')
  if (!hasHost && given.ForceSignHost !== false && Bucket && Region) {
    headers.Host = `${Bucket}.cos.${Region}.myqcloud.com`
  }
  const query: Record<string, string> = {}
  for (const [name, value] of Object.entries(given.Query ?? given.params ?? {})) {
    if (value !== undefined && value !== null) query[name] = String(value)
  }
  const path = given.Key ?? given.Pathname ?? given.pathname ?? ''
  const isWhole = path[0] === '/' && !UseRawKey
  const start = Math.round((now + (given.SystemClockOffset ?? 0)) / 1000) - 1
  const keyTime = given.KeyTime ?? `${start};${start + (given.Expires ?? given.expires ?? 900)}`
  const { authorization } = signRequest(
    {
      method: given.Method ?? given.method ?? 'get',
      pathname: isWhole ? path : `/${path}`,
      query,
      headers,
    },
    { SecretId, SecretKey, keyTime },
    signatureHash,
  )
  return authorization
}
