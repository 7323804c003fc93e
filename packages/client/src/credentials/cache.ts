import {
  type CosError,
  MAX_SCOPE_ENTRIES,
  multipartComplete,
  multipartInit,
  multipartUpload,
  type ScopeEntry,
} from '@miniprogram-cos/protocol'
import { sleep } from '../concurrency'
import type { ResolvedOptions } from '../options'
import { correctClockByKey, serverTime } from '../request/clock'
import type { TaskInfo } from '../tasks/task'
import {
  type Credential,
  type CredentialProvider,
  type CredentialRequest,
  isSignature,
  type SigningKey,
} from './provider'

/** Seconds of validity that a cached key must have left. */
const MIN_REMAINING = 60
/** Keys in the cache. */
const MAX_KEYS = 100
/** Milliseconds before a failed provider is called again. */
const PROVIDER_PAUSE = 500

/** Entries of one scope; the functions of this kit accept MAX_SCOPE_ENTRIES. The key's policy, and the token in each request, grow with their number. */
const MAX_SCOPES = 25

/**
 * Milliseconds that content requests wait for the first answer of a new provider, whose keys may or may not be scoped.
 * After that each requests a key of its own, concurrently, as the official client does.
 */
const FIRST_ANSWER_WAIT = 5

/** A request to the provider, and the scope that its key permits. */
class KeyRequest {
  _answer!: Promise<Credential>
  /** The answer, unless it is a signature. */
  key!: SigningKey
  /** Not sent yet: requests of the same turn of the event loop may join it. */
  _isOpen = false
  /** The provider has failed once and is called again. */
  _isRetried = false
  private _scope = new Map<string, ScopeEntry>()

  constructor(scope: ScopeEntry[]) {
    this.add(scope)
  }

  get scope(): ScopeEntry[] {
    return [...this._scope.values()]
  }

  _covers(scope: ScopeEntry[]): boolean {
    return scope.every((entry) => this._scope.has(JSON.stringify(entry)))
  }

  add(scope: ScopeEntry[]): void {
    for (const entry of scope) this._scope.set(JSON.stringify(entry), entry)
  }

  /** Reduces the scope to that of the request itself. @returns whether it was wider */
  _narrow(scope: ScopeEntry[]): boolean {
    const { size } = this._scope
    this._scope = new Map()
    this.add(scope)
    return size > this._scope.size
  }
}

/** A cache in front of the provider. */
export interface CredentialCache {
  /**
   * Returns a credential that permits the request.
   * @param isContent whether the request reads content: such a request does not wait long for the first answer of a new
   * provider, but requests a key of its own
   * @throws CosError kind `credentials`
   */
  get(request: CredentialRequest, isContent?: boolean): Promise<Credential>
  /** Drops a key that COS has refused. `wasTooWide`: it may not permit all of the scope it was requested with. */
  _drop(key: SigningKey, wasTooWide: boolean): void
  /** Whether the key is that of the options. */
  _isFixed(): boolean
}

/**
 * Requests credentials as rarely as possible: concurrent requests share one call, a key is used until shortly before
 * it expires, and a key that COS refuses is dropped. The scope of a scoped key includes the queued uploads.
 *
 * @param provider returns the current provider: the app may change the options
 * @param queue returns the next uploads
 * @param isScoped whether the options ask for scoped keys
 */
export function createCredentialCache(
  options: ResolvedOptions,
  provider: () => CredentialProvider,
  queue: () => TaskInfo[],
  isScoped: boolean,
): CredentialCache {
  /** The requests whose keys may be used, newest first. */
  let usableKeys: KeyRequest[] = []
  let pendingRequests: KeyRequest[] = []
  /** The provider returned a signature: requests no longer wait for each other. */
  let isSigning = false
  /** The provider returned a scoped key: a key serves only requests that its scope covers. */
  let keysAreScoped = isScoped
  /** The provider has returned a key, so it is known whether its keys are scoped. */
  let hasAnswered = false
  /** Reduced when the provider, or COS with one of its keys, has refused a wide scope. */
  let maxScopes = isScoped ? MAX_SCOPE_ENTRIES : MAX_SCOPES

  /** The functions of this kit accept several scopes at once. */
  const isFunctionProvider = () => provider()._source === 'function'

  const isFixed = () => provider()._source === 'fixed'

  const find = (scope: ScopeEntry[]): SigningKey | undefined => {
    const end = serverTime(options) + MIN_REMAINING
    usableKeys = usableKeys.filter(({ key }) => (key.ExpiredTime || 0) > end)
    const usable = usableKeys.find((request) => !request.key._isScoped || request._covers(scope))
    return usable && usable.key
  }

  /** Finds a pending request that will, or may, return a key for a scope, or adds the scope to one. */
  const join = (scope: ScopeEntry[]): KeyRequest | undefined => {
    const covering = pendingRequests.find((request) => request._covers(scope))
    if (covering || !keysAreScoped) return covering || pendingRequests[0]
    const open = pendingRequests.find(
      (request) => request._isOpen && request.scope.length + scope.length <= maxScopes,
    )
    if (open) open.add(scope)
    return open
  }

  /** Whether a new provider does not answer in time. A retry after a failure is awaited. */
  const isSlow = async (pending: KeyRequest): Promise<boolean> => {
    if (hasAnswered || isFunctionProvider()) return false
    const timeout = sleep(FIRST_ANSWER_WAIT).then(() => pending._isRetried)
    const isOver = await Promise.race([pending._answer, timeout])
    return !isOver && !hasAnswered
  }

  const fetchCredential = async (
    request: CredentialRequest,
    pending: KeyRequest,
  ): Promise<Credential> => {
    const call = () => provider().get({ ...request, Scope: pending.scope })
    // One retry for all waiting requests. The scope may have been too wide.
    const credential = await call().catch(async (error: CosError) => {
      const wasWide = pending._narrow(request.Scope)
      // The limit of the provider is unknown: a quarter leaves a margin.
      if (wasWide) maxScopes >>= 2
      if (!error.retryable && !wasWide) throw error
      pending._isRetried = true
      await sleep(PROVIDER_PAUSE)
      return call()
    })
    if (isSignature(credential)) isSigning = true
    else {
      hasAnswered = true
      if (credential._isScoped) keysAreScoped = true
      correctClockByKey(options, credential.StartTime)
      credential._isWide = pending.scope.length > request.Scope.length
      pending.key = credential
      usableKeys = [pending, ...usableKeys].slice(0, MAX_KEYS)
    }
    return credential
  }

  /** Requests a credential for a scope and for the predicted next scopes. */
  const requestKey = async (request: CredentialRequest): Promise<Credential> => {
    const { Scope } = request
    const pending = new KeyRequest(Scope)
    const send = () => {
      pending._isOpen = false
      if (provider()._source !== 'getSTS') {
        for (const scope of predictScopes(Scope, queue())) {
          if (pending.scope.length + scope.length > maxScopes) break
          if (!find(scope)) pending.add(scope)
        }
      }
      return fetchCredential(request, pending)
    }
    // One key for all requests of this turn of the event loop.
    pending._isOpen = keysAreScoped && isFunctionProvider() && maxScopes > 1
    pending._answer = pending._isOpen ? sleep(0).then(send) : send()
    pendingRequests.push(pending)
    try {
      return await pending._answer
    } finally {
      pendingRequests = pendingRequests.filter((other) => other !== pending)
    }
  }

  /** Requests a key for queued files while the files before them are uploaded. */
  const prefetch = (request: CredentialRequest) => {
    if (!keysAreScoped || maxScopes < 2 || pendingRequests[0]) return
    // 8 is the maximum of 'auto'.
    const count = 2 * (Number(options.FileParallelLimit) || 8)
    const next = predictScopes(request.Scope, queue()).slice(1, 1 + count)
    const Scope = next.find((scope) => !find(scope))
    if (Scope) requestKey({ ...request, Scope }).catch(() => {})
  }

  return {
    async get(request, isContent) {
      if (isFixed()) return provider().get(request)
      const { Scope } = request
      for (;;) {
        const cached = find(Scope)
        if (cached) {
          prefetch(request)
          return cached
        }
        if (isSigning) return fetchCredential(request, new KeyRequest(Scope))
        const pending = join(Scope)
        if (!pending) return requestKey(request)
        const covers = () => pending._covers(Scope)
        try {
          if (isContent && !covers() && (await isSlow(pending))) {
            const covering = pendingRequests.find((other) => other._covers(Scope))
            return await (covering ? covering._answer : requestKey(request))
          }
          const shared = await pending._answer
          if (!isSignature(shared) && (!shared._isScoped || covers())) return shared
        } catch (error) {
          if (!keysAreScoped || covers()) throw error
        }
        // The answer permits only another request.
      }
    },
    _drop(key, wasTooWide) {
      // From now on only the scope of the request itself.
      if (wasTooWide) maxScopes = 0
      usableKeys = usableKeys.filter((request) => request.key !== key)
    },
    _isFixed: isFixed,
  }
}

const UPLOAD_ACTION = /(?:(?:Put|Post)Object|(InitiateMultipartUpload|ListParts|UploadPart))$/
const MULTIPART_OPERATIONS = [multipartInit, multipartUpload, multipartComplete]

/**
 * Predicts the scopes that are needed soon after this one: those of the rest of a multipart upload, and, because the
 * files of a queue are mostly alike, the same scope for each queued file. Each is returned separately, so that a request
 * can include as many as the limit permits.
 */
function predictScopes([current, further]: ScopeEntry[], queue: TaskInfo[]): ScopeEntry[][] {
  const [upload, isMultipart] = (current && !further && UPLOAD_ACTION.exec(current.action)) || []
  if (!current || !upload) return []
  const actions = isMultipart
    ? MULTIPART_OPERATIONS.map(({ access }) =>
        access.map(({ action }) => `name/cos:${action}`).join(),
      )
    : [current.action]
  const keys = new Set([current.prefix])
  for (const { Bucket, Region, Key } of queue) {
    // Without bucket or region, those of the cloud function apply.
    const isSameBucket =
      (Bucket || current.bucket) === current.bucket && (Region || current.region) === current.region
    if (isSameBucket) keys.add(Key.replace(/^\//, ''))
  }
  return [...keys].map((prefix) => actions.map((action) => ({ ...current, action, prefix })))
}
