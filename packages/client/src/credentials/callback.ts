import { type CosError, cosError, isCosError } from '@miniprogram-cos/protocol'
import { withTimeout } from '../concurrency'
import { pick, type ResolvedOptions } from '../options'
import { asCosError } from '../request/errors'
import { errorMessage } from '../wx/wx'
import type { Credential, CredentialProvider } from './provider'

/**
 * Gets credentials from the options `getAuthorization` and `getSTS`, in the formats of cos-wx-sdk-v5. A provider that
 * cannot be reached is not called during a cool-down: see `createBreaker`.
 *
 * @param owner `this` of the functions, as the official client sets it
 */
export function callbackProvider(options: ResolvedOptions, owner: unknown): CredentialProvider {
  const breaker = createBreaker()
  return {
    async get(request) {
      const { getAuthorization, getSTS, SystemClockOffset, ForceSignHost } = options
      const source = getAuthorization ? 'getAuthorization' : 'getSTS'
      const { Bucket, Region } = request
      const requestOptions = { SystemClockOffset, ForceSignHost, ...request }
      const answer = await breaker(() =>
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

/** Timeout of a provider, in milliseconds. */
const PROVIDER_TIMEOUT = 60_000

/** Waits for the callback or the returned promise, with a timeout. */
function callProvider(
  source: string,
  call: (callback: (first: unknown, second?: unknown) => void) => unknown,
): Promise<unknown> {
  const failed = (why: string, retryable: boolean, cause?: unknown) =>
    cosError('credentials', 'KitAuthorizationFailed', `${source} ${why}`, { retryable, cause })
  const answered = new Promise((resolve, reject) => {
    const fail = (error: unknown) =>
      reject(isCosError(error) ? error : failed(`failed: ${errorMessage(error)}`, true, error))
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
  const reason = `has not answered in ${PROVIDER_TIMEOUT / 1000} s`
  return withTimeout(PROVIDER_TIMEOUT, answered, () => Promise.reject(failed(reason, false)))
}

/** Consecutive failures after which the provider is not called for a while. */
const MAX_FAILURES = 3
/** Initial and maximum cool-down, in milliseconds. */
const COOL_DOWN = 2000
const MAX_COOL_DOWN = 60_000

/**
 * A circuit breaker, so that an unreachable provider is not called for every queued file. After three consecutive
 * failures, calls fail immediately with the last error, for a cool-down that doubles with every further failure.
 * Refusals by the provider, for example of a key that the caller may not write, do not count.
 */
function createBreaker() {
  let failures = 0
  let lastError: CosError | undefined
  let openUntil = 0
  return async <T>(call: () => Promise<T>): Promise<T> => {
    const wait = openUntil - Date.now()
    if (lastError && wait > 0) {
      const { kind, code, message, cause } = lastError
      const seconds = Math.ceil(wait / 1000)
      const explained = `${message} (not called again for ${seconds} s, after ${failures} failures in a row)`
      throw cosError(kind, code, explained, { cause })
    }
    try {
      const answer = await call()
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

/**
 * Validates the answer of getAuthorization or getSTS. The answer itself is not changed.
 * @throws CosError `KitInvalidAuthorization` naming what is missing
 */
function readAnswer(answer: unknown, source: string): Credential {
  const invalid = (why: string) => {
    const message = `${source} callback params ${why}`
    const error = { message, code: 'Error' }
    return cosError('credentials', 'KitInvalidAuthorization', message, { error })
  }
  if (!answer || (typeof answer !== 'string' && typeof answer !== 'object')) {
    throw invalid(`format error: got ${answer === null ? 'null' : typeof answer}`)
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
    const lacks = (field: string) => Authorization.indexOf(`q-${field}=`) < 0
    if (SIGNATURE_FIELDS.some(lacks) || /\s/.test(Authorization)) {
      throw invalid('format error: not a COS signature')
    }
    return { Authorization, headers, ...token }
  }
  const required = {
    TmpSecretId: fields.TmpSecretId || fields.SecretId,
    TmpSecretKey: fields.TmpSecretKey || fields.SecretKey,
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

const SIGNATURE_FIELDS = ['sign-algorithm', 'ak', 'sign-time', 'key-time', 'url-param-list']
