import { type CosError, cosError, isCosError } from '@miniprogram-cos/protocol'
import type { ResolvedOptions } from '../options'
import { pause, within } from '../pause'
import { learnFromStart, serverTime } from '../request/clock'
import { textOf } from '../request/failures'
import type { TaskInfo } from '../tasks/task'
import {
  type Key,
  type ReadySignature,
  type RequestToAuthorize,
  readAnswer,
  type ScopeEntry,
} from './answers'
import { fixedKey } from './fixedKey'
import { Flight, foreseen } from './flight'

/** A key with less life left than this many seconds is not used any more. */
const MIN_REMAINING = 60
/** A provider that has not answered by then never will. */
const PROVIDER_TIMEOUT = 60_000
const PROVIDER_PAUSE = 500

/** A key may be asked for so many things at a time: its policy, and the token in each request, grow with them. */
const MOST_SCOPES = 25

interface CachedKey {
  key: Key
  flight: Flight
}

/**
 * Keys and signatures for requests, fetched as rarely as possible: concurrent requests share one call,
 * a key serves until shortly before its end, and one that COS refuses is forgotten.
 */
export class Credentials {
  private readonly options: ResolvedOptions
  /** `this` of the provider functions, as the official client sets it. */
  private readonly owner: unknown
  private cache: CachedKey[] = []
  private flights: Flight[] = []
  /** Once a provider has answered with a signature, requests stop waiting for each other's answers. */
  private signsEach = false
  /** Once a provider has answered with a scoped key, each scope has a flight of its own. */
  private scopesEach = false
  /** As `MOST_SCOPES`; less once a provider, or COS with its key, has refused a wide one. */
  most = MOST_SCOPES
  /** The next uploads. */
  queue: () => TaskInfo[] = () => []

  constructor(options: ResolvedOptions, owner: unknown) {
    this.options = options
    this.owner = owner
  }

  /** A key, or a signature, that is good for the request. @throws CosError */
  async get(request: RequestToAuthorize): Promise<Key | ReadySignature> {
    const fixed = fixedKey(this.options)
    if (fixed) return fixed
    const { Scope } = request
    for (;;) {
      const cached = this.find(Scope)
      if (cached) {
        this.lookAhead(request)
        return cached
      }
      if (this.signsEach) return this.ask(request, new Flight(Scope))
      const running = this.flights.find((one) => !this.scopesEach || one.covers(Scope))
      if (!running) return this.takeOff(request)
      try {
        const shared = await running.answer
        if (!('Authorization' in shared) && (!shared.isScoped || running.covers(Scope)))
          return shared
      } catch (error) {
        if (!this.scopesEach || running.covers(Scope)) throw error
      }
      // The answer was for another request only; ask for this one.
    }
  }

  /** Asks for files that wait while those before them are on their way. */
  private lookAhead(request: RequestToAuthorize): void {
    if (!this.scopesEach || this.most < 2 || this.flights[0]) return
    const few = 1 + 2 * this.options.FileParallelLimit
    const soon = foreseen(request.Scope, this.queue()).slice(1, few)
    const Scope = soon.filter((scope) => !this.find(scope))[0]
    if (Scope) this.takeOff({ ...request, Scope }).catch(() => {})
  }

  private async takeOff(request: RequestToAuthorize): Promise<Key | ReadySignature> {
    const flight = new Flight(request.Scope)
    if (this.options.getAuthorization) {
      for (const scope of foreseen(request.Scope, this.queue())) {
        if (flight.scope.length + scope.length > this.most) break
        if (!this.find(scope)) flight.add(scope)
      }
    }
    flight.answer = this.ask(request, flight)
    this.flights.push(flight)
    try {
      return await flight.answer
    } finally {
      this.flights = this.flights.filter((one) => one !== flight)
    }
  }

  /** Forgets a key that COS has refused. */
  drop(key: Key): void {
    this.cache = this.cache.filter((entry) => entry.key !== key)
  }

  private find(scope: ScopeEntry[]): Key | undefined {
    const now = serverTime(this.options)
    this.cache = this.cache.filter(({ key }) => (key.ExpiredTime ?? 0) - now > MIN_REMAINING)
    return this.cache.find(({ key, flight }) => !key.isScoped || flight.covers(scope))?.key
  }

  private async ask(request: RequestToAuthorize, flight: Flight): Promise<Key | ReadySignature> {
    const { getAuthorization, getSTS, SystemClockOffset, ForceSignHost } = this.options
    const source = getAuthorization ? 'getAuthorization' : 'getSTS'
    const ask = async () => {
      const asked = { SystemClockOffset, ForceSignHost, ...request, Scope: flight.scope }
      const answer = await this.callProvider(source, (callback) =>
        getAuthorization
          ? getAuthorization.call(this.owner, asked, callback)
          : getSTS?.call(this.owner, { Bucket: request.Bucket, Region: request.Region }, callback),
      )
      return readAnswer(answer, source)
    }
    // Once more, for all who wait: nobody repeats it on their own. It may have been asked too much.
    const read = await ask().catch(async (error: CosError) => {
      const wasWide = flight.narrow(request.Scope)
      if (wasWide) this.most >>= 2
      const isRefused = wasWide && error.code === 'KitInvalidAuthorization'
      if (!error.retryable && !isRefused) throw error
      await pause(PROVIDER_PAUSE)
      return ask()
    })
    if ('Authorization' in read) {
      this.signsEach = true
      return read
    }
    if (read.isScoped) this.scopesEach = true
    learnFromStart(this.options, read.StartTime)
    read.isWide = flight.scope.length > request.Scope.length
    this.cache.unshift({ key: read, flight })
    return read
  }

  /** Waits for the callback or the returned promise, whichever answers, and not for ever. */
  private callProvider(
    source: string,
    call: (callback: (first: unknown, second?: unknown) => void) => unknown,
  ): Promise<unknown> {
    const failed = (why: string, retryable: boolean, cause?: unknown) =>
      cosError('credentials', 'KitAuthorizationFailed', `${source} ${why}`, { retryable, cause })
    const answered = new Promise((resolve, reject) => {
      const fail = (error: unknown) =>
        reject(isCosError(error) ? error : failed(`failed: ${textOf(error)}`, true, error))
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
    return within(PROVIDER_TIMEOUT, answered, () =>
      Promise.reject(failed(`has not answered in ${PROVIDER_TIMEOUT / 1000} s`, false)),
    )
  }
}
