import { cosError, isCosError } from '@miniprogram-cos/protocol'
import type { ResolvedOptions } from '../options'
import { errorMessage } from '../wx/wx'
import {
  type Credential,
  type CredentialProvider,
  checkSignature,
  createBreaker,
  invalidAnswer,
  readPeriod,
} from './provider'

/**
 * Gets credentials from the options `getAuthorization` and `getSTS`, in the formats of cos-wx-sdk-v5. A provider that
 * cannot be reached is not called during a cool-down: see `createBreaker`.
 *
 * @param owner `this` of the functions, as the official client sets it
 */
export function callbackProvider(options: ResolvedOptions, owner: unknown): CredentialProvider {
  const breaker = createBreaker()
  return {
    get _source() {
      return options.getAuthorization ? 'getAuthorization' : 'getSTS'
    },
    async get(request) {
      const { getAuthorization, getSTS, SystemClockOffset, ForceSignHost } = options
      const { _source: source } = this
      const { Bucket, Region } = request
      const requestOptions = { SystemClockOffset, ForceSignHost, ...request }
      const answer = await breaker(source, () =>
        callProvider(source, (callback) =>
          getAuthorization
            ? getAuthorization.call(owner, requestOptions, callback)
            : getSTS && getSTS.call(owner, { Bucket, Region }, callback),
        ),
      )
      return readAnswer(answer, source)
    },
  }
}

/** Waits for the callback or the returned promise. */
function callProvider(
  source: string,
  call: (callback: (first: unknown, second?: unknown) => void) => unknown,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      const message = `${source} failed: ${errorMessage(cause)}`
      const code = 'KitAuthorizationFailed'
      const init = { retryable: true, cause }
      reject(isCosError(cause) ? cause : cosError('credentials', code, message, init))
    }
    try {
      const returned = call((first, second) => {
        // Called with (error, answer) or (answer). The first argument is an error if it is an Error or a failure of `wx`.
        const { stack, errMsg }: { stack?: string; errMsg?: string } = first || {}
        if (stack || /:fail/.test(String(errMsg))) fail(first)
        else resolve(first ?? second)
      }) as PromiseLike<unknown> | undefined
      if (returned && typeof returned.then === 'function') {
        returned.then((answer) => {
          // An async function that answers by its callback resolves with undefined.
          if (answer !== undefined) resolve(answer)
        }, fail)
      }
    } catch (error) {
      fail(error)
    }
  })
}

/**
 * Validates the answer of getAuthorization or getSTS. The answer itself is not changed.
 * @throws CosError `KitInvalidAuthorization` naming what is missing
 */
function readAnswer(answer: unknown, source: string): Credential {
  if (!answer || (typeof answer !== 'string' && typeof answer !== 'object')) {
    throw invalidAnswer(source, `format error: got ${answer === null ? 'null' : typeof answer}`)
  }
  const fields: Record<string, unknown> =
    typeof answer === 'string' ? { Authorization: answer } : { ...answer }
  const SecurityToken = fields.SecurityToken || fields.XCosSecurityToken
  const { Authorization, ExpiredTime, StartTime, Token, ClientIP, ClientUA, ScopeLimit } = fields
  const headers: Record<string, string> = {}
  if (Token) headers.token = String(Token)
  if (ClientIP) headers.clientIP = String(ClientIP)
  if (ClientUA) headers.clientUA = String(ClientUA)
  const token = SecurityToken ? { SecurityToken: String(SecurityToken) } : {}
  if (typeof Authorization === 'string') {
    checkSignature(source, Authorization)
    return { Authorization, headers, ...token }
  }
  const required = {
    TmpSecretId: fields.TmpSecretId || fields.SecretId,
    TmpSecretKey: fields.TmpSecretKey || fields.SecretKey,
    SecurityToken,
    ExpiredTime,
  }
  for (const [name, value] of Object.entries(required)) {
    if (!value && value !== 0) throw invalidAnswer(source, `missing "${name}"`)
  }
  return {
    SecretId: String(required.TmpSecretId),
    SecretKey: String(required.TmpSecretKey),
    ...token,
    ...readPeriod(source, ExpiredTime, StartTime),
    headers,
    _isScoped: ScopeLimit === true,
  }
}
