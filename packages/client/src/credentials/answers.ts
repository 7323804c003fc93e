import { cosError, type ScopeEntry } from '@miniprogram-cos/protocol'
import { pick } from '../pick'

export type { ScopeEntry }

/** What getAuthorization is told. */
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
  /** What the key is for: this request, and uploads that wait or go on, so that one key serves them all. */
  Scope: ScopeEntry[]
  SystemClockOffset: number
  ForceSignHost: boolean
}

/** What of it depends on the request. */
export type RequestToAuthorize = Omit<AuthorizationRequest, 'SystemClockOffset' | 'ForceSignHost'> &
  Partial<AuthorizationRequest>

/** A temporary key, as getAuthorization answers ("format 1"). */
export interface TemporaryKeyAnswer extends CallerHeaders {
  TmpSecretId: string
  TmpSecretKey: string
  SecurityToken?: string
  /** Older name of SecurityToken. */
  XCosSecurityToken?: string
  /** Unix seconds. */
  ExpiredTime: number
  /** Unix seconds: lets requests be signed by the server's clock. */
  StartTime?: number
  /** The key permits only the requested Scope, and is kept for that Scope alone. */
  ScopeLimit?: boolean
}

/** Headers that some backends want with each request: `token`, `clientIP`, `clientUA`. */
interface CallerHeaders {
  Token?: string
  ClientIP?: string
  ClientUA?: string
}

/** A signature made on a server ("format 2"): good for this one request. */
export interface SignatureAnswer extends CallerHeaders {
  Authorization: string
  SecurityToken?: string
  XCosSecurityToken?: string
}

export type AuthorizationAnswer = TemporaryKeyAnswer | SignatureAnswer | string

/** How a provider answers: with the answer alone, as in cos-wx-sdk-v5, or with an error first. */
export interface AnswerCallback<Answer> {
  (answer: Answer): void
  (error: null | undefined, answer: Answer): void
  /** Ends the requests that wait, with a `CosError` that names the provider and what it says. */
  (error: Error | { errMsg: string }, answer?: null): void
}

/** A provider answers by its callback, or by a promise. */
export type ProviderResult<Answer> = PromiseLike<Answer | undefined> | PromiseLike<void> | void

/**
 * Gives a temporary key, or a signature, for a request.
 * @example async ({ Scope }) => fetchKeyFromMyServer(Scope)
 * @example (options, callback) => { wx.request({ url, success: ({ data }) => callback(data), fail: callback }) }
 */
export type GetAuthorization = (
  options: AuthorizationRequest,
  callback: AnswerCallback<AuthorizationAnswer>,
) => ProviderResult<AuthorizationAnswer>

/** As getAuthorization answers, or with the names SecretId and SecretKey. */
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

/** A key that can sign, by our own names. */
export interface Key {
  SecretId: string
  SecretKey: string
  SecurityToken?: string
  StartTime?: number
  ExpiredTime?: number
  headers?: Record<string, string>
  isScoped: boolean
  /** It was asked for with more than its first request needs. */
  isWide?: boolean
}

/** A signature that can be sent. */
export interface ReadySignature {
  Authorization: string
  headers: Record<string, string>
  SecurityToken?: string
}

/**
 * Reads what getAuthorization or getSTS answered; the answer itself is left alone.
 * @throws CosError `KitInvalidAuthorization` naming what is missing
 */
export function readAnswer(answer: unknown, source: string): Key | ReadySignature {
  const invalid = (why: string) => {
    const message = `${source} callback params ${why}`
    const error = { message, code: 'Error' }
    return cosError('credentials', 'KitInvalidAuthorization', message, { error })
  }
  if (!answer || !/^(string|object)$/.test(typeof answer)) {
    throw invalid(`format error: got ${answer === null ? 'null' : typeof answer}`)
  }
  const given = (typeof answer === 'string' ? { Authorization: answer } : answer) as Given
  const SecurityToken = given.SecurityToken ?? given.XCosSecurityToken
  const { Authorization, ExpiredTime, StartTime, Token, ClientIP, ClientUA, ScopeLimit } = given
  const headers: Record<string, string> = {}
  if (Token) headers.token = String(Token)
  if (ClientIP) headers.clientIP = String(ClientIP)
  if (ClientUA) headers.clientUA = String(ClientUA)
  const token = SecurityToken ? { SecurityToken: String(SecurityToken) } : {}
  if (typeof Authorization === 'string') {
    const lacks = (field: string) => Authorization.indexOf(`q-${field}=`) < 0
    if (SIGNATURE_FIELDS.some(lacks) || /\s/.test(Authorization)) {
      throw invalid('format error: not a COS signature')
    }
    return { Authorization, headers, ...token }
  }
  const required = {
    TmpSecretId: given.TmpSecretId ?? given.SecretId,
    TmpSecretKey: given.TmpSecretKey ?? given.SecretKey,
    SecurityToken,
    ExpiredTime,
  }
  for (const [name, value] of Object.entries(required)) {
    if (!value && value !== 0) throw invalid(`missing "${name}"`)
  }
  for (const [name, value] of Object.entries(pick({ ExpiredTime, StartTime }))) {
    if (!/^\d{10}$/.test(String(value))) throw invalid(`"${name}" should be 10 digits`)
  }
  return {
    SecretId: String(required.TmpSecretId),
    SecretKey: String(required.TmpSecretKey),
    ...token,
    ExpiredTime: Number(ExpiredTime),
    StartTime: Number(StartTime || 0),
    headers,
    isScoped: ScopeLimit === true,
  }
}

type Given = Record<string, unknown>

const SIGNATURE_FIELDS = ['sign-algorithm', 'ak', 'sign-time', 'key-time', 'url-param-list']
