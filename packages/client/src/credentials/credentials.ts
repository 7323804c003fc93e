import { CosError, isCosError } from '@miniprogram-cos/protocol'
import type { ResolvedOptions } from '../options'
import { type Platform, pause } from '../platform'
import { type Key, type ReadySignature, type RequestToAuthorize, readAnswer } from './answers'

/** A key with less life left than this many seconds is not used any more. */
const MIN_REMAINING = 60
/** A smaller difference between the clocks does no harm. */
export const SKEW_SECONDS = 30
/** A provider that has not answered by then never will. */
const PROVIDER_TIMEOUT = 60_000
const PROVIDER_PAUSE = 500

interface CachedKey {
  key: Key
  scopeKey: string
}

/**
 * Keys and signatures for requests, fetched as rarely as possible: concurrent requests share one call,
 * a key serves until shortly before its end, and one that COS refuses is forgotten.
 */
export class Credentials {
  private readonly options: ResolvedOptions
  private readonly platform: Platform
  /** `this` of the provider functions, as the official client sets it. */
  private readonly owner: unknown
  private cache: CachedKey[] = []
  private readonly flights = new Map<string, Promise<Key | ReadySignature>>()
  /** Once a provider has answered with a signature, requests stop waiting for each other's answers. */
  private signsEach = false
  /** Once a provider has answered with a scoped key, each scope has a flight of its own. */
  private scopesEach = false

  constructor(options: ResolvedOptions, platform: Platform, owner: unknown) {
    this.options = options
    this.platform = platform
    this.owner = owner
  }

  /** Server time as far as known, in seconds. */
  now(): number {
    return (this.platform.now() + this.options.SystemClockOffset) / 1000
  }

  /** A key, or a signature, that is good for the request. @throws CosError */
  async get(request: RequestToAuthorize): Promise<Key | ReadySignature> {
    const { getAuthorization, getSTS } = this.options
    if (!getAuthorization && !getSTS) return this.fixedKey()
    const scopeKey = JSON.stringify(request.Scope)
    for (;;) {
      const cached = this.find(scopeKey)
      if (cached) return cached
      if (this.signsEach) return this.ask(request, scopeKey)
      const flightKey = this.scopesEach ? scopeKey : ''
      const running = this.flights.get(flightKey)
      if (!running) {
        const flight = this.ask(request, scopeKey)
        this.flights.set(flightKey, flight)
        try {
          return await flight
        } finally {
          this.flights.delete(flightKey)
        }
      }
      const shared = await running
      if (shared.kind === 'key' && (!shared.isScoped || flightKey === scopeKey)) return shared
      // The answer was for another request only; ask for this one.
    }
  }

  /** Forgets a key that COS has refused. */
  drop(key: Key): void {
    this.cache = this.cache.filter((entry) => entry.key !== key)
  }

  private fixedKey(): Key {
    const { SecretId, SecretKey, SecurityToken, StartTime, ExpiredTime } = this.options
    if (!SecretId || !SecretKey) {
      throw new CosError({
        kind: 'credentials',
        code: 'KitNoCredentials',
        message:
          'no credentials: give getAuthorization, use COS.cloud, or give SecretId and SecretKey',
      })
    }
    return {
      kind: 'key',
      SecretId,
      SecretKey,
      ...(SecurityToken ? { SecurityToken } : {}),
      ...(StartTime ? { StartTime } : {}),
      ...(ExpiredTime ? { ExpiredTime } : {}),
      isScoped: false,
    }
  }

  private find(scopeKey: string): Key | undefined {
    const now = this.now()
    this.cache = this.cache.filter(({ key }) => (key.ExpiredTime ?? 0) - now > MIN_REMAINING)
    return this.cache.find(({ key, scopeKey: own }) => !key.isScoped || own === scopeKey)?.key
  }

  private async ask(request: RequestToAuthorize, scopeKey: string): Promise<Key | ReadySignature> {
    const { getAuthorization, getSTS, SystemClockOffset, ForceSignHost } = this.options
    const source = getAuthorization ? 'getAuthorization' : 'getSTS'
    const ask = () =>
      this.callProvider(source, (callback) =>
        getAuthorization
          ? getAuthorization.call(
              this.owner,
              { SystemClockOffset, ForceSignHost, ...request },
              callback,
            )
          : getSTS?.call(this.owner, { Bucket: request.Bucket, Region: request.Region }, callback),
      )
    // Once more, for all who wait: nobody repeats it on their own.
    const answer = await ask().catch(async (error: CosError) => {
      if (!error.retryable) throw error
      await pause(this.platform, PROVIDER_PAUSE)
      return ask()
    })
    const read = readAnswer(answer, source)
    if (read.kind === 'signature') {
      this.signsEach = true
      return read
    }
    if (read.isScoped) this.scopesEach = true
    this.learnFromKey(read)
    this.cache.unshift({ key: read, scopeKey })
    return read
  }

  /** A key cannot begin in the future: if it seems to, this clock is behind by at least as much. */
  private learnFromKey({ StartTime }: Key): void {
    if (!StartTime || !this.options.CorrectClockSkew) return
    const behind = StartTime - this.now()
    if (behind > SKEW_SECONDS) this.options.SystemClockOffset += Math.round(behind * 1000)
  }

  /** Waits for the callback or the returned promise, whichever answers, and not for ever. */
  private callProvider(
    source: string,
    call: (callback: (first: unknown, second?: unknown) => void) => unknown,
  ): Promise<unknown> {
    const failed = (why: string, retryable: boolean, cause?: unknown) =>
      new CosError({
        kind: 'credentials',
        code: 'KitAuthorizationFailed',
        message: `${source} ${why}`,
        retryable,
        cause,
      })
    let callOff: (() => void) | undefined
    const answered = new Promise((resolve, reject) => {
      const fail = (error: unknown) =>
        reject(isCosError(error) ? error : failed(`failed: ${textOf(error)}`, true, error))
      callOff = this.platform.schedule(PROVIDER_TIMEOUT, () =>
        reject(failed(`has not answered in ${PROVIDER_TIMEOUT / 1000} s`, false)),
      )
      try {
        const returned = call((first, second) => {
          // Error first, or the answer alone: an Error is none, nor is what a function of wx fails with.
          const error = first as { stack?: string; errMsg: string } | undefined
          if (error?.stack || /:fail/.test(error?.errMsg as string)) fail(error)
          else resolve(first ?? second)
        })
        const then = (returned as { then?: unknown } | undefined)?.then
        if (typeof then === 'function') {
          ;(returned as Promise<unknown>).then((answer) => {
            // An async function that answers by the callback returns nothing.
            if (answer !== undefined) resolve(answer)
          }, fail)
        }
      } catch (error) {
        fail(error)
      }
    })
    const done = () => callOff?.()
    answered.then(done, done)
    return answered
  }
}

function textOf(error: unknown): string {
  if (error instanceof Error) return error.message
  return String((error as { errMsg?: unknown } | undefined)?.errMsg ?? error)
}
