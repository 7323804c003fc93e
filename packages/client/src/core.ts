import type { Credentials } from './credentials/credentials'
import type { Emitter } from './events/emitter'
import type { ResolvedOptions } from './options'

/** What every step of a request may use. */
export interface ClientCore {
  options: ResolvedOptions
  credentials: Credentials
  events: Emitter
}
