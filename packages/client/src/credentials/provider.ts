import { type CosError, cosError, type KeyPair, type ScopeEntry } from '@miniprogram-cos/protocol'
import { withTimeout } from '../concurrency'
import { pick, type ResolvedOptions } from '../options'
import { asCosError } from '../request/errors'

export type { ScopeEntry }

/** The argument of getAuthorization. */
export interface AuthorizationRequest {
  Bucket: string
  Region: string
  Method: string
  /** Raw key; empty for postObject and bucket calls. */
  Key: string
  /** `/` plus the raw key: the path that is signed. */
  Pathname: string
  /** Parameters to sign. */
  Query: Record<string, string>
  /** Headers to sign, Host among them. */
  Headers: Record<string, string>
  /** The permissions that the key needs: those of this request and of running and queued uploads. */
  Scope: ScopeEntry[]
  SystemClockOffset: number
  ForceSignHost: boolean
}

/** The request that a credential is needed for. */
export type CredentialRequest = Omit<AuthorizationRequest, 'SystemClockOffset' | 'ForceSignHost'> &
  Partial<AuthorizationRequest>

/** An answer of getAuthorization: a temporary key ("format 1" of the official client). */
export interface TemporaryKeyAnswer extends CallerHeaders {
  TmpSecretId: string
  TmpSecretKey: string
  SecurityToken?: string
  /** Older name of SecurityToken. */
  XCosSecurityToken?: string
  /** Unix seconds. */
  ExpiredTime: number
  /** Unix seconds. With it, the client can correct its clock. */
  StartTime?: number
  /** The key permits only the requested Scope, and is used for that Scope alone. @default false */
  ScopeLimit?: boolean
}

/** Headers that some backends require with each request: `token`, `clientIP`, `clientUA`. */
interface CallerHeaders {
  Token?: string
  ClientIP?: string
  ClientUA?: string
}

/** An answer of getAuthorization: a signature of this one request ("format 2" of the official client). */
export interface SignatureAnswer extends CallerHeaders {
  Authorization: string
  SecurityToken?: string
  XCosSecurityToken?: string
}

export type AuthorizationAnswer = TemporaryKeyAnswer | SignatureAnswer | string

/** The callback of a provider. It takes the answer alone, as in cos-wx-sdk-v5, or an error first. */
export interface AnswerCallback<Answer> {
  (answer: Answer): void
  (error: null | undefined, answer: Answer): void
  /** Rejects the waiting requests with a `CosError` that names the provider and its message. */
  (error: Error | { errMsg: string }, answer?: null): void
}

/** The return value of a provider, which answers by its callback or by a promise. */
export type ProviderResult<Answer> = PromiseLike<Answer | undefined> | PromiseLike<void> | void

/**
 * Provides a temporary key, or a signature, for a request.
 * @example async ({ Scope }) => fetchKeyFromMyServer(Scope)
 * @example (options, callback) => { wx.request({ url, success: ({ data }) => callback(data), fail: callback }) }
 */
export type GetAuthorization = (
  options: AuthorizationRequest,
  callback: AnswerCallback<AuthorizationAnswer>,
) => ProviderResult<AuthorizationAnswer>

/** An answer of getSTS: that of getAuthorization, or with the names SecretId and SecretKey. */
export type SecretAnswer =
  | TemporaryKeyAnswer
  | (Omit<TemporaryKeyAnswer, 'TmpSecretId' | 'TmpSecretKey'> & {
      SecretId: string
      SecretKey: string
    })

export type GetSTS = (
  options: { Bucket: string; Region: string },
  callback: AnswerCallback<SecretAnswer>,
) => ProviderResult<SecretAnswer>

/** A key that signs requests. */
export interface SigningKey extends KeyPair {
  SecurityToken?: string
  StartTime?: number
  ExpiredTime?: number
  headers?: Record<string, string>
  /** Permits only the scope it was requested with. */
  _isScoped?: boolean
  /** Was requested with a wider scope than its first request needs. */
  _isWide?: boolean
}

/** A signature of one request. */
export interface RequestSignature {
  Authorization: string
  headers: Record<string, string>
  SecurityToken?: string
}

/** Authorizes a request: a key to sign it with, or its signature. */
export type Credential = SigningKey | RequestSignature

/** Whether a credential is the signature of one request, not a key. */
export const isSignature = (credential: Credential): credential is RequestSignature =>
  'Authorization' in credential

/** The source of credentials: the options, a callback of the app, or a function of this kit. */
export interface CredentialProvider {
  /** Options alone are `'fixed'`: nothing is requested, cached or renewed. `getSTS` knows no scopes. */
  readonly _source: 'fixed' | 'getAuthorization' | 'getSTS' | 'function'
  /** @throws CosError kind `credentials` */
  get(request: CredentialRequest): Promise<Credential>
}

/** The key of the options `SecretId` and `SecretKey`. */
export const fixedProvider = (options: ResolvedOptions): CredentialProvider => ({
  _source: 'fixed',
  get: async () => fixedKey(options),
})

/**
 * Returns the key synchronously, so that getObjectUrl can return a string.
 * @throws CosError `KitNoCredentials` if the options have no key
 */
export function fixedKey(options: ResolvedOptions): SigningKey {
  const { SecretId, SecretKey, SecurityToken = '', StartTime = 0, ExpiredTime = 0 } = options
  if (SecretId && SecretKey) return { SecretId, SecretKey, SecurityToken, StartTime, ExpiredTime }
  const message = 'no credentials: pass getAuthorization, or create the client with COS.cloud'
  throw cosError('credentials', 'KitNoCredentials', message)
}

/** @param source the provider */
export function invalidAnswer(source: string, why: string): CosError {
  const message = `${source} callback params ${why}`
  const error = { message, code: 'Error' }
  return cosError('credentials', 'KitInvalidAuthorization', message, { error })
}

const SIGNATURE_FIELDS = ['sign-algorithm', 'ak', 'sign-time', 'key-time', 'url-param-list']

/** @throws CosError `KitInvalidAuthorization` unless it is a COS signature */
export function checkSignature(source: string, Authorization: string): void {
  const lacks = (field: string) => Authorization.indexOf(`q-${field}=`) < 0
  if (SIGNATURE_FIELDS.some(lacks) || /\s/.test(Authorization)) {
    throw invalidAnswer(source, 'format error: not a COS signature')
  }
}

/** The period of a key. @throws CosError `KitInvalidAuthorization` unless it is in Unix seconds */
export function readPeriod(source: string, ExpiredTime: unknown, StartTime: unknown) {
  for (const [name, value] of Object.entries(pick({ ExpiredTime, StartTime }))) {
    if (!/^\d{10}$/.test(String(value))) {
      throw invalidAnswer(source, `"${name}" should be 10 digits`)
    }
  }
  return { ExpiredTime: Number(ExpiredTime), StartTime: Number(StartTime || 0) }
}

/** Timeout of a provider, in milliseconds. */
const PROVIDER_TIMEOUT = 60_000

/** Consecutive failures after which the provider is not called for a while. */
const MAX_FAILURES = 3
/** Initial and maximum cool-down, in milliseconds. */
const COOL_DOWN = 2000
const MAX_COOL_DOWN = 60_000

/**
 * A circuit breaker with a timeout, so that an unreachable provider is not called for every queued file. After three
 * consecutive failures, calls fail immediately with the last error, for a cool-down that doubles with every further
 * failure. Refusals by the provider, such as a key that the caller may not write, do not count.
 */
export function createBreaker() {
  let failures = 0
  let lastError: CosError | undefined
  let openUntil = 0
  return async <T>(source: string, call: () => Promise<T>): Promise<T> => {
    const wait = openUntil - Date.now()
    if (lastError && wait > 0) {
      const { kind, code, message, cause } = lastError
      const seconds = Math.ceil(wait / 1000)
      const explained = `${message} (not called again for ${seconds} s, after ${failures} failures in a row)`
      throw cosError(kind, code, explained, { cause })
    }
    try {
      const answer = await withTimeout(PROVIDER_TIMEOUT, call(), () => {
        const message = `${source} has not responded in 60 s`
        return Promise.reject(cosError('credentials', 'KitAuthorizationFailed', message))
      })
      failures = 0
      return answer
    } catch (error) {
      lastError = asCosError(error)
      if (isOutage(lastError) && ++failures >= MAX_FAILURES) {
        const doubled = COOL_DOWN * 2 ** (failures - MAX_FAILURES)
        openUntil = Date.now() + Math.min(doubled, MAX_COOL_DOWN)
      }
      throw error
    }
  }
}

/** Whether the provider is unreachable: WeChat could not make the call, or it timed out. */
function isOutage({ code, cause }: CosError): boolean {
  // Without a cause, the provider timed out.
  const { errMsg = !cause }: { errMsg?: unknown } = cause || {}
  return code === 'KitFunctionFailed' || (code === 'KitAuthorizationFailed' && Boolean(errMsg))
}
