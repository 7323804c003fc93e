import type { AdviceTable } from '@miniprogram-cos/protocol'
import type { Credentials } from './credentials/credentials'
import type { Emitter } from './events/emitter'
import type { ResolvedOptions } from './options'
import type { Scopes } from './request/prepare'
import type { Finder } from './upload/goOnWith'

/** What a client knows beyond what every client needs; the full client gives all of it to its constructor. */
export interface Features {
  /** Advice on errors that only its methods meet. */
  advice: AdviceTable
  /** What only its methods need access to. */
  scopes: Scopes
  /** Further places to find an upload that a file can be resumed with. */
  finders: Finder[]
}

/** What every step of a request may use. */
export interface ClientCore extends Features {
  options: ResolvedOptions
  credentials: Credentials
  events: Emitter
}
