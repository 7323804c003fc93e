import {
  type CosError,
  multipartComplete,
  multipartInit,
  multipartUpload,
  type ScopeEntry,
} from '@miniprogram-cos/protocol'
import { sleep } from '../concurrency'
import type { ResolvedOptions } from '../options'
import { learnFromStart, serverTime } from '../request/clock'
import type { TaskInfo } from '../upload/task'
import {
  type Credential,
  type CredentialProvider,
  type CredentialRequest,
  fixedKey,
  type Key,
} from './provider'

/** A key that expires within this many seconds is not used. */
const MIN_REMAINING = 60
/** Scoped keys that are kept. */
const MAX_KEYS = 100
/** Milliseconds before a failed provider is called again. */
const PROVIDER_PAUSE = 500

/** Entries of one scope: the policy of the key, and the token in each request, grow with them. */
const MAX_SCOPES = 25
/** The functions of this kit accept more, and their policies name what entries have in common only once. */
const MAX_SCOPES_OF_CLOUD = 50

/**
 * Milliseconds that reads of content wait for the first answer of a provider of which nothing is known. After that
 * each requests a key for its own scope, all at once, as the official client does: keys may turn out to be scoped.
 */
const FIRST_ANSWER = 5

/** A request to the provider that is under way, and what its key will permit. */
class PendingRequest {
  answer!: Promise<Credential>
  /** It has not been sent yet: requests of the same turn may join it. */
  isOpen = false
  /** The provider has failed once and is called again. */
  isRepeated = false
  private _scope = new Map<string, ScopeEntry>()

  constructor(scope: ScopeEntry[]) {
    this.add(scope)
  }

  get scope(): ScopeEntry[] {
    return [...this._scope.values()]
  }

  covers(scope: ScopeEntry[]): boolean {
    return scope.every((entry) => this._scope.has(JSON.stringify(entry)))
  }

  add(scope: ScopeEntry[]): void {
    for (const entry of scope) this._scope.set(JSON.stringify(entry), entry)
  }

  /** Reduces the scope to what the request itself needs. @returns whether it was wider */
  narrow(scope: ScopeEntry[]): boolean {
    const { size } = this._scope
    this._scope = new Map()
    this.add(scope)
    return size > this._scope.size
  }
}

/** A cache in front of the provider. */
export interface CredentialCache {
  /**
   * A credential that is good for the request.
   * @param isContent content is read with it, which is worth a key request of its own while nothing is known of the
   * provider
   * @throws CosError kind `credentials`
   */
  get(request: CredentialRequest, isContent?: boolean): Promise<Credential>
  /** Drops a key that COS has refused, maybe because it was requested for too much. */
  drop(key: Key, wasTooWide: boolean): void
}

/**
 * Requests credentials as rarely as possible: concurrent requests share one call, a key serves until shortly before
 * its end, and one that COS refuses is dropped. Scoped keys are requested for the uploads that wait, too.
 *
 * @param queue the next uploads
 * @param isCloud whether the functions of this kit answer: those accept several scopes at once
 * @param isScoped whether keys are scoped, as far as the options say
 */
export function createCredentialCache(
  options: ResolvedOptions,
  provider: CredentialProvider,
  queue: () => TaskInfo[],
  isCloud: () => boolean,
  isScoped: boolean,
): CredentialCache {
  let keys: { key: Key; request: PendingRequest }[] = []
  let pendings: PendingRequest[] = []
  /** Once a provider has answered with a signature, requests no longer wait for each other. */
  let isSigning = false
  /** Once a provider has answered with a scoped key, each scope is requested by itself. */
  let scopesEach = isScoped
  /** Whether the provider has answered, so that it is known whether its keys are scoped. */
  let isKnown = false
  /** Fewer than at first once a provider, or COS with its key, has refused a wide scope. */
  let maxScopes = isScoped ? MAX_SCOPES_OF_CLOUD : MAX_SCOPES

  const find = (scope: ScopeEntry[]): Key | undefined => {
    const end = serverTime(options) + MIN_REMAINING
    keys = keys.filter(({ key }) => (key.ExpiredTime || 0) > end)
    for (const { key, request } of keys) if (!key.isScoped || request.covers(scope)) return key
    return undefined
  }

  /** A pending request that will, or may, return a key for a scope. */
  const join = (scope: ScopeEntry[]): PendingRequest | undefined => {
    const own = pendings.find((one) => one.covers(scope))
    if (own || !scopesEach) return own || pendings[0]
    const open = pendings.find((one) => one.isOpen && one.scope.length + scope.length <= maxScopes)
    if (open) open.add(scope)
    return open
  }

  /** Whether a new provider has not answered yet. A retry after a failure is awaited. */
  const isSlow = async (pending: PendingRequest): Promise<boolean> => {
    if (isKnown || isCloud()) return false
    const waited = sleep(FIRST_ANSWER).then(() => pending.isRepeated)
    const isOver = await Promise.race([pending.answer, waited])
    return !isOver && !isKnown
  }

  const fetchCredential = async (
    request: CredentialRequest,
    pending: PendingRequest,
  ): Promise<Credential> => {
    const once = () => provider.get({ ...request, Scope: pending.scope })
    // One retry for all waiting requests. The scope may have been too wide.
    const credential = await once().catch(async (error: CosError) => {
      const wasWide = pending.narrow(request.Scope)
      if (wasWide) maxScopes >>= 2
      if (!error.retryable && !wasWide) throw error
      pending.isRepeated = true
      await sleep(PROVIDER_PAUSE)
      return once()
    })
    if ('Authorization' in credential) isSigning = true
    else {
      isKnown = true
      if (credential.isScoped) scopesEach = true
      learnFromStart(options, credential.StartTime)
      credential.isWide = pending.scope.length > request.Scope.length
      keys = [{ key: credential, request: pending }, ...keys].slice(0, MAX_KEYS)
    }
    return credential
  }

  /** Requests a credential for a scope and for the predicted next scopes. */
  const requestKey = async (request: CredentialRequest): Promise<Credential> => {
    const { Scope } = request
    const pending = new PendingRequest(Scope)
    const send = () => {
      pending.isOpen = false
      if (options.getAuthorization) {
        for (const scope of predictScopes(Scope, queue())) {
          if (pending.scope.length + scope.length > maxScopes) break
          if (!find(scope)) pending.add(scope)
        }
      }
      return fetchCredential(request, pending)
    }
    // One key for everything that is requested in this turn.
    pending.isOpen = scopesEach && isCloud() && maxScopes > 1
    pending.answer = pending.isOpen ? sleep(0).then(send) : send()
    pendings.push(pending)
    try {
      return await pending.answer
    } finally {
      pendings = pendings.filter((one) => one !== pending)
    }
  }

  /** Requests a key for files that wait while those before them are uploaded. */
  const prefetch = (request: CredentialRequest) => {
    if (!scopesEach || maxScopes < 2 || pendings[0]) return
    // With 'auto', as many as can run.
    const count = 2 * (Number(options.FileParallelLimit) || 8)
    const next = predictScopes(request.Scope, queue()).slice(1, 1 + count)
    const Scope = next.find((scope) => !find(scope))
    if (Scope) requestKey({ ...request, Scope }).catch(() => {})
  }

  return {
    async get(request, isContent) {
      const fixed = fixedKey(options)
      if (fixed) return fixed
      const { Scope } = request
      for (;;) {
        const cached = find(Scope)
        if (cached) {
          prefetch(request)
          return cached
        }
        if (isSigning) return fetchCredential(request, new PendingRequest(Scope))
        const pending = join(Scope)
        if (!pending) return requestKey(request)
        const covers = () => pending.covers(Scope)
        try {
          if (isContent && !covers() && (await isSlow(pending))) {
            const own = pendings.find((one) => one.covers(Scope))
            return await (own ? own.answer : requestKey(request))
          }
          const shared = await pending.answer
          if (!('Authorization' in shared) && (!shared.isScoped || covers())) return shared
        } catch (error) {
          if (!scopesEach || covers()) throw error
        }
        // The answer was for another request only: request one for this.
      }
    },
    drop(key, wasTooWide) {
      if (wasTooWide) maxScopes = 0
      keys = keys.filter((entry) => entry.key !== key)
    },
  }
}

const UPLOAD = /(?:(?:Put|Post)Object|(InitiateMultipartUpload|ListParts|UploadPart))$/
const IN_PARTS = [multipartInit, multipartUpload, multipartComplete]

/**
 * The scopes that will be needed soon after this one: the rest of a multipart upload, and, since the files of a queue
 * are mostly alike, the same for each file that waits. One by one, so that a request can take as many as it may.
 */
function predictScopes([own, more]: ScopeEntry[], queue: TaskInfo[]): ScopeEntry[][] {
  const [upload, inParts] = (own && !more && UPLOAD.exec(own.action)) || []
  if (!own || !upload) return []
  const actions = inParts
    ? IN_PARTS.map(({ access }) => access.map(({ action }) => `name/cos:${action}`).join())
    : [own.action]
  const keys = new Set([own.prefix])
  for (const { Bucket, Region, Key } of queue) {
    // Without bucket or region, those of the cloud function apply.
    const isThere = (Bucket || own.bucket) === own.bucket && (Region || own.region) === own.region
    if (isThere) keys.add(Key.replace(/^\//, ''))
  }
  return [...keys].map((prefix) => actions.map((action) => ({ ...own, action, prefix })))
}
