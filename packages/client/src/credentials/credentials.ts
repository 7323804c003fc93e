import type { CosError } from '@miniprogram-cos/protocol'
import { learnFromStart, serverTime } from '../clock'
import type { CloudOptions } from '../cloud/cloudCredentials'
import type { ResolvedOptions } from '../options'
import { pause } from '../pause'
import type { TaskInfo } from '../tasks/taskInfo'
import {
  type Key,
  type ReadySignature,
  type RequestToAuthorize,
  readAnswer,
  type ScopeEntry,
} from './answers'
import { createBreaker } from './breaker'
import { callProvider } from './callProvider'
import { fixedKey } from './fixedKey'
import { Flight, foreseen } from './flight'

/** A key with less life left than this many seconds is not used any more. */
const MIN_REMAINING = 60
const PROVIDER_PAUSE = 500

/** A key may be asked for so many things at a time: its policy, and the token in each request, grow with them. */
const MOST_SCOPES = 25
/** The functions of this kit take more, and their policies name what entries have in common only once. */
const MOST_OF_CLOUD = 50
/** Scoped keys that are kept. */
const MOST_KEYS = 100

/**
 * Milliseconds that reads of content wait for the first answer of a provider of which nothing is known. After that
 * each asks for its own scope, all at once, as the official client does: keys may turn out to be scoped.
 */
const FIRST_ANSWER = 5

/** Keys and signatures for requests. */
export interface Credentials {
  /**
   * A key, or a signature, that is good for the request.
   * @param isContent content is read with it, which is worth a key request of its own while nothing is known of
   * the provider
   * @throws CosError
   */
  get(request: RequestToAuthorize, isContent?: boolean): Promise<Key | ReadySignature>
  /** Forgets a key that COS has refused, maybe because it was asked for with too much. */
  drop(key: Key, wasTooWide: boolean): void
}

/** Whether the first answer comes soon; one that was a failure is worth the wait. */
function isAnswered(flight: Flight): Promise<unknown> {
  const answered = flight.answer.then(() => true)
  return Promise.race([answered, pause(FIRST_ANSWER).then(() => flight.isRepeated)])
}

/**
 * Keys and signatures, fetched as rarely as possible: concurrent requests share one call, a key serves until
 * shortly before its end, and one that COS refuses is forgotten.
 *
 * @param owner `this` of the provider functions, as the official client sets it
 * @param queue the next uploads
 * @param isCloud whether the functions of this kit answer: those take several scopes at once
 */
export function createCredentials(
  options: ResolvedOptions,
  owner: unknown,
  queue: () => TaskInfo[],
  isCloud: () => boolean,
): Credentials {
  let cache: { key: Key; flight: Flight }[] = []
  let flights: Flight[] = []
  /** Once a provider has answered with a signature, requests stop waiting for each other's answers. */
  let signsEach = false
  /** Whether keys are scoped is known. */
  let isKnown = false
  /** Once a provider has answered with a scoped key, each scope has a flight of its own. */
  let scopesEach = Boolean((options as CloudOptions).ScopeLimit)
  /** Less than at first once a provider, or COS with its key, has refused a wide one. */
  let most = (options as CloudOptions).ScopeLimit ? MOST_OF_CLOUD : MOST_SCOPES

  const find = (scope: ScopeEntry[]): Key | undefined => {
    const end = serverTime(options) + MIN_REMAINING
    cache = cache.filter(({ key }) => (key.ExpiredTime || 0) > end)
    return cache.find(({ key, flight }) => !key.isScoped || flight.covers(scope))?.key
  }

  const breaker = createBreaker()

  const ask = async (request: RequestToAuthorize, flight: Flight) => {
    const { getAuthorization, getSTS, SystemClockOffset, ForceSignHost } = options
    const source = getAuthorization ? 'getAuthorization' : 'getSTS'
    const once = async () => {
      const { Bucket, Region } = request
      const asked = { SystemClockOffset, ForceSignHost, ...request, Scope: flight.scope }
      const answer = await breaker(() =>
        callProvider(source, (callback) =>
          getAuthorization
            ? getAuthorization.call(owner, asked, callback)
            : getSTS?.call(owner, { Bucket, Region }, callback),
        ),
      )
      return readAnswer(answer, source)
    }
    // Once more, for all who wait: nobody repeats it on their own. It may have been asked too much.
    const read = await once().catch(async (error: CosError) => {
      const wasWide = flight.narrow(request.Scope)
      if (wasWide) most >>= 2
      if (!error.retryable && !wasWide) throw error
      flight.isRepeated = true
      await pause(PROVIDER_PAUSE)
      return once()
    })
    if ('Authorization' in read) signsEach = true
    else {
      isKnown = true
      scopesEach = scopesEach || read.isScoped
      learnFromStart(options, read.StartTime)
      read.isWide = flight.scope.length > request.Scope.length
      cache.unshift({ key: read, flight })
      cache.length = Math.min(cache.length, MOST_KEYS)
    }
    return read
  }

  const takeOff = async (request: RequestToAuthorize) => {
    const flight = new Flight(request.Scope)
    const leave = () => {
      flight.isOpen = false
      if (options.getAuthorization) {
        for (const scope of foreseen(request.Scope, queue())) {
          if (flight.scope.length + scope.length > most) break
          if (!find(scope)) flight.add(scope)
        }
      }
      return ask(request, flight)
    }
    // One key for all that is asked for in this turn.
    flight.isOpen = scopesEach && isCloud() && most > 1
    flight.answer = flight.isOpen ? pause(0).then(leave) : leave()
    flights.push(flight)
    try {
      return await flight.answer
    } finally {
      flights = flights.filter((one) => one !== flight)
    }
  }

  /** Asks for files that wait while those before them are on their way. */
  const lookAhead = (request: RequestToAuthorize) => {
    if (!scopesEach || most < 2 || flights[0]) return
    const soon = foreseen(request.Scope, queue()).slice(1, 1 + 2 * options.FileParallelLimit)
    const Scope = soon.find((scope) => !find(scope))
    if (Scope) takeOff({ ...request, Scope }).catch(() => {})
  }

  /** The flight that brings a key for a scope, or may. */
  const joinable = (scope: ScopeEntry[]) => {
    const own = flights.find((one) => one.covers(scope))
    if (own || !scopesEach) return own || flights[0]
    const open = flights.find((one) => one.isOpen && one.scope.length + scope.length <= most)
    open?.add(scope)
    return open
  }

  return {
    async get(request, isContent) {
      const fixed = fixedKey(options)
      if (fixed) return fixed
      const { Scope } = request
      for (;;) {
        const cached = find(Scope)
        if (cached) {
          lookAhead(request)
          return cached
        }
        if (signsEach) return ask(request, new Flight(Scope))
        const running = joinable(Scope)
        if (!running) return takeOff(request)
        try {
          const isOwn = isContent && !isKnown && !isCloud() && !running.covers(Scope)
          if (isOwn && !(await isAnswered(running)) && !isKnown) {
            return await (flights.find((one) => one.covers(Scope))?.answer ?? takeOff(request))
          }
          const shared = await running.answer
          if (!('Authorization' in shared) && (!shared.isScoped || running.covers(Scope))) {
            return shared
          }
        } catch (error) {
          if (!scopesEach || running.covers(Scope)) throw error
        }
        // The answer was for another request only; ask for this one.
      }
    },
    drop(key, wasTooWide) {
      if (wasTooWide) most = 0
      cache = cache.filter((entry) => entry.key !== key)
    },
  }
}
