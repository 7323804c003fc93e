import type { CredentialCache } from './credentials/cache'
import type { Emitter } from './events'
import type { ResolvedOptions } from './options'
import type { ScopeReaders } from './request/prepare'
import type { ResumeSource } from './upload/resume'

/** What the full client has in addition to the upload-only client, passed to the constructor. */
export interface Features {
  /** How its operations name what they access, where that is not their own key. */
  readonly scopes: ScopeReaders
  /** Further places to look for an upload that can be resumed. */
  readonly resumeSources: readonly ResumeSource[]
}

/** What every step of a request may use. */
export interface ClientCore {
  options: ResolvedOptions
  credentials: CredentialCache
  events: Emitter
  features: Features
}
