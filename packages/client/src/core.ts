import type { AdviceTable } from '@miniprogram-cos/protocol'
import type { CredentialCache } from './credentials/cache'
import type { Emitter } from './events'
import type { ResolvedOptions } from './options'
import type { ScopeReaders } from './request/prepare'
import type { ResumeSource } from './upload/resume'

/** What a client knows beyond what every client needs; the full client passes it to its constructor. */
export interface Features {
  /** Advice on errors that only its methods meet. */
  advice: AdviceTable
  /** How its operations name what they access, where that is not their own key. */
  scopes: ScopeReaders
  /** Further places to look for an upload that can be resumed. */
  resumeSources: ResumeSource[]
}

/** What every step of a request may use. */
export interface ClientCore extends Features {
  options: ResolvedOptions
  credentials: CredentialCache
  events: Emitter
}
