import type { CredentialCache } from './credentials/cache'
import type { Emitter } from './events'
import type { ResolvedOptions } from './options'
import type { ScopeReaders } from './request/prepare'
import type { ResumeSource } from './upload/resume'

/** The features of the full client that the upload-only client lacks. They are passed to the constructor. */
export interface Features {
  /** How its operations name what they access, where that is not their own key. */
  readonly scopes: ScopeReaders
  /** Further places to look for an upload that can be resumed. */
  readonly resumeSources: readonly ResumeSource[]
}

/** The state and services of a client, which every step of a request may use. */
export interface ClientCore {
  options: ResolvedOptions
  credentials: CredentialCache
  events: Emitter
  features: Features
}
